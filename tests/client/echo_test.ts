import { describe, it } from "node:test";
import { assert, assertEquals } from "@std/assert";
import { NonBlockingClient, type NonBlockingOptions } from "../../mod.ts";
import { rawServer } from "../support/raw_server.ts";
import { type EchoServer, serversOfThisRuntime } from "../support/servers.ts";
import { bounded, transports } from "./setup.ts";

/** Bytes that differ from place to place. */
function bytesOf(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (index * 31 + (index >> 8)) & 0xff);
}

function assertSame(actual: Uint8Array, expected: Uint8Array, what: string): void {
  assertEquals(actual.length, expected.length, what);
  const different = actual.findIndex((byte, index) => byte !== expected[index]);
  assertEquals(different, -1, `${what}: the first difference is at ${different}`);
}

const sizes = [0, 1, 125, 126, 127, 1024, 4096, 65_535, 65_536, 100_000, 1 << 20];

for (const kind of serversOfThisRuntime()) {
  for (const transport of transports) {
    for (const tls of [false, true]) {
      describe(`${kind.name}${tls ? " over TLS" : ""}, ${transport} transport`, () => {
        const connect = (server: EchoServer, options: NonBlockingOptions = {}) =>
          NonBlockingClient.connect(server.url, {
            transport,
            ...(tls && { tls: { caCerts: server.ca } }),
            ...options,
          });

        it("echoes binary messages of many sizes", async () => {
          await using server = await kind.start({ tls });
          const client = await connect(server);
          let next = 0;
          const send = (client: NonBlockingClient) => client.sendBinary(bytesOf(sizes[next]!));
          const close = await bounded(
            "the client to end",
            client.run({
              onActivated: send,
              onBinaryMessage: (client, { bytes }) => {
                assertSame(bytes, bytesOf(sizes[next]!), `${sizes[next]} bytes`);
                if (++next === sizes.length) client.close();
                else send(client);
              },
            }),
          );
          assertEquals([next, close.code, close.wasClean], [sizes.length, 1000, true]);
        });

        it("echoes texts: ASCII, more bytes than units, astral characters", async () => {
          await using server = await kind.start({ tls });
          const client = await connect(server);
          const texts = [
            "",
            "a",
            "é".repeat(63),
            "日本".repeat(21_845),
            "😀".repeat(1000),
            "\uFEFFbom",
            "x".repeat(1 << 18),
          ];
          const received: string[] = [];
          const close = await bounded(
            "the client to end",
            client.run({
              onActivated: (client) => {
                for (const text of texts) client.sendText(text);
              },
              onTextMessage: (client, { text }) => {
                received.push(text);
                if (received.length === texts.length) client.close();
              },
            }),
          );
          assertEquals(received.map(({ length }) => length), texts.map(({ length }) => length));
          assert(received.every((text, index) => text === texts[index]));
          assertEquals(close.wasClean, true);
        });

        it("a burst of thousands of messages comes back in order", async () => {
          const count = 5000;
          await using server = await kind.start({ tls });
          const client = await connect(server);
          let next = 0;
          await bounded(
            "the client to end",
            client.run({
              onActivated: (client) => {
                for (let i = 0; i < count; i++) client.sendText(`${i}`);
              },
              onTextMessage: (client, { text }) => {
                assertEquals(text, `${next++}`);
                if (next === count) client.close();
              },
            }),
          );
          assertEquals([next, client.stats.messagesReceived, client.stats.messagesSent], [
            count,
            count,
            count,
          ]);
        });

        it("pings are answered", async () => {
          await using server = await kind.start({ tls });
          const client = await connect(server);
          const pongs: string[] = [];
          await bounded(
            "the client to end",
            client.run({
              onActivated: (client) => {
                client.sendPing(new TextEncoder().encode("payload"));
                client.sendPong(new TextEncoder().encode("nobody asked"));
              },
              onPong: (client, { text }) => {
                pongs.push(text);
                client.close();
              },
            }),
          );
          assertEquals(pongs, ["payload"]);
          assert(client.stats.lastRoundTrip! > 0);
        });

        it("agrees on a subprotocol, and knows its URL", async () => {
          await using server = await kind.start({ tls });
          const client = await connect(server, { protocols: ["one.v1", "two.v1"] });
          assertEquals([client.protocol, client.extensions], ["one.v1", ""]);
          assertEquals(client.url, `${server.url}/`);
          client.close();
          await bounded("the client to end", client.run({}));
        });

        it("closes with a code of the program's own", async () => {
          await using server = await kind.start({ tls });
          const client = await connect(server);
          client.close(3333, "that is all");
          const close = await bounded("the client to end", client.run({}));
          assertEquals([close.code, close.wasClean, close.initiator], [3333, true, "local"]);
        });

        it("a server that goes away ends the client", async () => {
          const server = await kind.start({ tls });
          const client = await connect(server);
          const errors: number[] = [];
          const running = client.run({ onError: (_, { closeCode = 0 }) => void errors.push(closeCode) });
          await server.close();
          const close = await bounded("the client to end", running);
          // Deno's server may say goodbye with the code 1005, which must not be on the wire: a violation.
          if (errors.length > 0) assertEquals([kind.name, errors], ["Deno.serve", [1002]]);
          else assertEquals(close.initiator === "local", false);
          assertEquals(client.state, "closed");
        });
      });
    }

    it(`16 MiB there and back, ${kind.name}, ${transport} transport`, async () => {
      await using server = await kind.start();
      const client = await NonBlockingClient.connect(server.url, { transport });
      const message = new Uint8Array(16 << 20);
      for (let i = 0; i < message.length; i += 4096) message.set(bytesOf(16), i);
      let same = false;
      await bounded(
        "the client to end",
        client.run({
          onActivated: (client) => client.sendBinary(message),
          onBinaryMessage: (client, { bytes }) => {
            assertEquals(bytes.length, message.length);
            same = bytes.every((byte, index) => byte === message[index]);
            client.close();
          },
        }),
      );
      assert(same);
    });
  }
}

for (const transport of transports) {
  it(`headers reach the server, ${transport} transport`, async () => {
    const seen = Promise.withResolvers<(string | undefined)[]>();
    await using server = await rawServer(async (peer) => {
      const request = await peer.handshake();
      const names = ["authorization", "x-trace", "host", "origin", "sec-websocket-protocol"];
      seen.resolve([request.target, ...names.map((name) => request.header(name))]);
      await peer.end();
    });
    const client = await NonBlockingClient.connect(`${server.url}/feed?depth=5`, {
      transport,
      headers: new Headers({ authorization: "Bearer secret", "X-Trace": "42" }),
    });
    assertEquals(await bounded("the request", seen.promise), [
      "/feed?depth=5",
      "Bearer secret",
      "42",
      `127.0.0.1:${server.port}`,
      undefined,
      undefined,
    ]);
    client.forceQuit();
    await client.run({});
  });
}
