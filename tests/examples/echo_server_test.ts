import { describe, it } from "node:test";
import { once } from "node:events";
import { connect } from "node:net";
import { connect as connectTls } from "node:tls";
import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { startEchoServer } from "../../examples/support/echo_server.ts";

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
    const refused = connect({ port: server.port, host: "127.0.0.1" });
    await assertRejects(() => once(refused, "connect"), Error, "ECONNREFUSED");
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
