import { describe, it } from "node:test";
import { connect } from "node:net";
import { connect as connectTls } from "node:tls";
import { once } from "node:events";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { closeFrame, concat, hex, textFrame } from "./frames.ts";
import { RawPeer } from "./raw_server.ts";
import { type EchoServer, serversOfThisRuntime } from "./servers.ts";

const mask = hex("01020304");

/** A client that speaks bytes: the raw server's peer reads a server's bytes as well. */
async function dial(server: EchoServer): Promise<RawPeer> {
  const address = { port: server.port, host: "127.0.0.1" };
  const socket = server.ca ? connectTls({ ...address, ca: server.ca }) : connect(address);
  const peer = new RawPeer(socket);
  await once(socket, server.ca ? "secureConnect" : "connect");
  return peer;
}

async function upgrade(peer: RawPeer): Promise<string> {
  await peer.send(
    [
      "GET / HTTP/1.1",
      "Host: localhost",
      "Upgrade: websocket",
      "Connection: Upgrade",
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
      "Sec-WebSocket-Version: 13",
      "Sec-WebSocket-Protocol: first, second",
      "",
      "",
    ].join("\r\n"),
  );
  return new TextDecoder().decode(await peer.readUntil("\r\n\r\n"));
}

for (const { name, start } of serversOfThisRuntime()) {
  describe(`echo server: ${name}`, () => {
    for (const tls of [false, true]) {
      it(`echoes over ${tls ? "wss" : "ws"} and agrees to the first subprotocol`, async () => {
        await using server = await start({ tls });
        assertMatch(server.url, tls ? /^wss:/ : /^ws:/);
        const peer = await dial(server);
        const answer = await upgrade(peer);
        assertMatch(answer, /^HTTP\/1.1 101 /);
        assertMatch(answer, /^sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK\+xOo=\r$/mi);
        assertMatch(answer, /^sec-websocket-protocol: first\r$/mi);
        await peer.send(textFrame("Hello", { mask }));
        assertEquals(await peer.read(7), textFrame("Hello"));
        await peer.send(closeFrame(1000, "", { mask }));
        assertEquals(await peer.read(4), closeFrame(1000));
        peer.destroy();
      });
    }

    it("echoes 1 MiB of every byte", async () => {
      await using server = await start();
      const payload = Uint8Array.from({ length: 1 << 20 }, (_, index) => index * 7 >> 3);
      const socket = new WebSocket(server.url);
      socket.binaryType = "arraybuffer";
      await new Promise((resolve) => socket.onopen = resolve);
      socket.send(payload);
      const { data } = await new Promise<MessageEvent>((resolve) => socket.onmessage = resolve);
      // Compared by hand: a diff of a mebibyte takes for ever.
      const echo = new Uint8Array(data as ArrayBuffer);
      assert(echo.length === payload.length && echo.every((byte, index) => byte === payload[index]));
      const closed = new Promise((resolve) => socket.onclose = resolve);
      socket.close();
      await closed;
    });

    it("lets its connections go when it is closed", async () => {
      const server = await start();
      const peer = await dial(server);
      await upgrade(peer);
      const [ending] = await Promise.all([peer.closed(), server.close()]);
      assertMatch(ending, /fin|reset/);
      peer.destroy();
    });

    it("answers 426 to what is no WebSocket", async () => {
      await using server = await start();
      const peer = await dial(server);
      await peer.send(concat("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"));
      assertMatch(new TextDecoder().decode(await peer.readUntil("\r\n")), /^HTTP\/1.1 426 /);
      peer.destroy();
    });
  });
}
