import diagnosticsChannel from "node:diagnostics_channel";
import { after, before, describe, it } from "node:test";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { AsyncClient, type DiagnosticsMessages, NonBlockingClient, WebSocketError } from "../../mod.ts";
import { frame, pongFrame } from "../support/frames.ts";
import { rawServer } from "../support/raw_server.ts";
import { bounded, transports } from "../client/setup.ts";
import { EchoServer } from "./echo_server.ts";
import { styles } from "./styles.ts";

let server: EchoServer;
before(async () => {
  server = await EchoServer.start();
});
after(() => server[Symbol.asyncDispose]());

type ChannelName = keyof DiagnosticsMessages;
const names = ["connect", "handshake", "open", "roundtrip", "error", "close"]
  .map((name) => `silver9:websocket:${name}` as ChannelName);

/** Subscribes to channels while `body` runs; answers what came, each behind its channel's short name. */
async function published(body: () => Promise<unknown>, channels = names): Promise<[string, Message][]> {
  const messages: [string, Message][] = [];
  const listener = (message: unknown, name: string | symbol) =>
    void messages.push([String(name).replace("silver9:websocket:", ""), message as Message]);
  for (const name of channels) diagnosticsChannel.subscribe(name, listener);
  try {
    await bounded("the client", body());
  } finally {
    for (const name of channels) diagnosticsChannel.unsubscribe(name, listener);
  }
  return messages;
}

type Message = Record<string, unknown>;

for (const [style, converse] of Object.entries(styles)) {
  describe(`diagnostics channels, ${style}`, () => {
    it("tell a connection's life, without a secret", async () => {
      let id = 0;
      const url = `${server.url.replace("//", "//SECRET-user:SECRET-password@")}/x?SECRET-query`;
      const messages = await published(async () => {
        const { closed } = await converse(url, {
          perMessageDeflate: true,
          headers: { "x-token": "SECRET-header" },
        });
        id = closed.id;
      });
      assertEquals(messages.map(([name]) => name), ["connect", "handshake", "open", "roundtrip", "close"]);
      assert(messages.every(([, message]) => message.id === id), JSON.stringify(messages));
      const [connect, handshake, open, , close] = messages.map(([, message]) => message);
      assertEquals([connect.host, connect.port, connect.secure], ["127.0.0.1", server.port, false]);
      assertEquals(handshake, { id, status: 101 });
      assertEquals([open.protocol, String(open.extensions).slice(0, 18)], ["", "permessage-deflate"]);
      assert((open.connect as { total: number }).total > 0);
      assertEquals([close.code, close.wasClean, close.initiator], [1000, true, "local"]);
      assertEquals(JSON.stringify(messages).includes("SECRET"), false, JSON.stringify(messages));
    });

    it("tell of a connection that is refused", async () => {
      const messages = await published(() =>
        assertRejects(async () => void await converse(`${server.url}/refused`, {}), WebSocketError)
      );
      assertEquals(messages.map(([name]) => name), ["connect", "handshake", "error"]);
      const [, handshake, error] = messages.map(([, message]) => message);
      assertEquals([handshake.status, error.code, error.status], [401, "HandshakeFailed", 401]);
    });
  });
}

describe("diagnostics channels", () => {
  it("an async client that is opened without a subscriber publishes nothing later", async () => {
    const client = await AsyncClient.connect(server.url);
    const messages = await published(async () => {
      const thread = client.run();
      await client.control.close();
      await thread.join();
    });
    assertEquals(messages, []);
  });

  it("one channel alone gets its own messages", async () => {
    for (const style of ["non-blocking", "async"]) {
      const messages = await published(() => styles[style]!(server.url, {}), ["silver9:websocket:close"]);
      assertEquals(messages.map(([name]) => name), ["close"], style);
    }
  });

  for (const transport of transports) {
    it(`why an open connection ended, ${transport} transport`, async () => {
      const causes: unknown[] = [];
      const ends: [bytes: Uint8Array | undefined, use: (client: NonBlockingClient) => void][] = [
        [frame({ opcode: 3 }), () => {}],
        [undefined, (client) => client.forceQuit()],
        [pongFrame(), () => {}],
      ];
      for (const [append, use] of ends) {
        await using peers = await rawServer(async (peer) => {
          await peer.handshake({ append });
          if (append?.length === 2) await peer.end();
          await peer.closed();
        });
        const messages = await published(async () => {
          const client = await NonBlockingClient.connect(peers.url, { transport });
          const running = client.run({ onError: () => {} });
          use(client);
          await running;
        }, ["silver9:websocket:error", "silver9:websocket:close"]);
        causes.push(messages.map(([name, { code, cause }]) => `${name} ${cause ?? code}`));
      }
      assertEquals(causes, [
        ["error ProtocolViolation", "close error"],
        ["close forceQuit"],
        ["close lost"],
      ]);
    });
  }
});
