import { describe, it } from "node:test";
import { once } from "node:events";
import { connect } from "node:net";
import { connect as connectTls } from "node:tls";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { startEchoServer } from "../../examples/support/echo_server.ts";

/** Whether somebody listens there. */
async function accepts(port: number): Promise<boolean> {
  const socket = connect({ port, host: "127.0.0.1" });
  try {
    await once(socket, "connect");
    return true;
  } catch (error) {
    assertMatch(String(error), /ECONNREFUSED|ECONNRESET/);
    return false;
  } finally {
    socket.destroy();
  }
}

describe("echo server of the examples", () => {
  it("echoes on a thread of its own, and is gone after close", async () => {
    const server = await startEchoServer();
    const socket = new WebSocket(server.url);
    socket.onopen = () => socket.send("Hello");
    const { data } = await new Promise<MessageEvent>((resolve) => socket.onmessage = resolve);
    assertEquals(data, "Hello");
    const closed = new Promise((resolve) => socket.onclose = resolve);
    socket.close();
    await closed;

    await server.close();
    // A thread that was terminated lives on for a moment in Deno.
    const end = performance.now() + 4000;
    while (await accepts(server.port)) {
      assert(performance.now() < end, "the server still accepts connections");
    }
  });

  it("has a certificate that its ca vouches for", async () => {
    await using server = await startEchoServer({ tls: true });
    assertMatch(server.url, /^wss:/);
    const socket = connectTls({ port: server.port, host: "127.0.0.1", ca: server.ca });
    await once(socket, "secureConnect");
    const closed = once(socket, "close");
    socket.destroy();
    await closed;
  });
});
