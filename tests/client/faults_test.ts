import { describe, it } from "node:test";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { NonBlockingClient, WebSocketError } from "../../mod.ts";
import { binaryFrame, closeFrame, concat, textFrame } from "../support/frames.ts";
import { type RawPeer, rawServer } from "../support/raw_server.ts";
import { recorder } from "./recorder.ts";
import { bounded, transports, turn } from "./setup.ts";

/** The ways in which a server's end can go. */
const endings: Record<string, (peer: RawPeer) => Promise<void>> = {
  FIN: async (peer) => {
    await peer.end();
    await peer.closed();
  },
  RST: async (peer) => {
    // Everything sent so far has to have been read, since RST overtakes it.
    for (let i = 0; i < 20; i++) await turn();
    peer.reset();
  },
};

for (const transport of transports) {
  describe(`faults while connecting, ${transport} transport`, () => {
    it("a port where nobody listens", async () => {
      const server = await rawServer(() => Promise.resolve());
      await server.close();
      const error = await assertRejects(
        () => bounded("connect", NonBlockingClient.connect(server.url, { transport })),
        WebSocketError,
        `127.0.0.1:${server.port}: connection refused`,
      );
      assertEquals(error.code, "ConnectionFailed");
      assert(error.cause !== undefined);
    });

    for (const [ending, end] of Object.entries(endings)) {
      const phases: Record<string, (peer: RawPeer) => Promise<void>> = {
        "once accepted": () => Promise.resolve(),
        "once the request was read": async (peer) => void await peer.readRequest(),
        "in the status line": async (peer) => {
          await peer.readRequest();
          await peer.send("HTTP/1.1 10");
        },
        "in the headers": async (peer) => {
          await peer.readRequest();
          await peer.send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConn");
        },
      };
      for (const [phase, play] of Object.entries(phases)) {
        it(`${ending} ${phase}: HandshakeFailed`, async () => {
          await using server = await rawServer(async (peer) => {
            await play(peer);
            await end(peer);
          });
          const error = await assertRejects(
            () => bounded("connect", NonBlockingClient.connect(server.url, { transport })),
            WebSocketError,
          );
          assertEquals(error.code, "HandshakeFailed", error.message);
        });
      }
    }
  });

  describe(`faults once connected, ${transport} transport`, () => {
    for (const [ending, end] of Object.entries(endings)) {
      const positions: Record<string, { readonly bytes: Uint8Array; readonly messages: readonly string[] }> =
        {
          "between messages": { bytes: textFrame("a"), messages: ["text a"] },
          "in a header": { bytes: concat(textFrame("a"), Uint8Array.of(0x81)), messages: ["text a"] },
          "in an extended length": { bytes: binaryFrame(new Uint8Array(300)).subarray(0, 3), messages: [] },
          "in a payload": { bytes: textFrame("cut off").subarray(0, 5), messages: [] },
          "between fragments": { bytes: textFrame("half", { fin: false }), messages: [] },
          "in a Close": { bytes: closeFrame(1000).subarray(0, 3), messages: [] },
        };
      for (const [position, { bytes, messages }] of Object.entries(positions)) {
        it(`${ending} ${position}: one 1006`, async () => {
          await using server = await rawServer(async (peer) => {
            await peer.handshake();
            await peer.send(bytes);
            await end(peer);
          });
          const client = await NonBlockingClient.connect(server.url, { transport });
          const record = recorder();
          const close = await bounded("the client to end", client.run(record.handler));
          assertEquals(record.messages, ["activated", ...messages, "closed 1006 not clean none", "quit"]);
          // The system's word comes with RST alone, and not on every path does it get through.
          if (ending === "FIN") assertEquals(close.error, undefined);
          else if (close.error !== undefined) assertEquals(close.error.code, "Io");
        });
      }

      it(`${ending} behind the exchange of Close frames is a clean end`, async () => {
        await using server = await rawServer(async (peer) => {
          await peer.handshake();
          await peer.send(closeFrame(3000));
          await peer.readFrame();
          await end(peer);
        });
        const client = await NonBlockingClient.connect(server.url, { transport });
        const record = recorder();
        const close = await bounded("the client to end", client.run(record.handler));
        assertEquals(record.messages, ["activated", "closed 3000 clean remote", "quit"]);
        assertEquals(close.error, undefined);
      });

      it(`${ending} with a backlog unsent: one end, and nothing waits any more`, async () => {
        const started = Promise.withResolvers<void>();
        await using server = await rawServer(async (peer) => {
          await peer.handshake();
          peer.pause();
          await started.promise;
          if (ending === "FIN") await peer.end();
          else peer.reset();
        });
        const client = await NonBlockingClient.connect(server.url, { transport });
        const record = recorder();
        const running = client.run(record.handler);
        while (client.bufferedAmount < 4 << 20) client.sendBinary(new Uint8Array(1 << 20));
        started.resolve();
        const close = await bounded("the client to end", running);
        assertEquals(close.code, 1006);
        const ends = record.messages.filter((event) => event !== "drain");
        assertEquals(ends, ["activated", "closed 1006 not clean none", "quit"]);
        assertEquals(client.bufferedAmount, 0);
      });
    }

    it("a peer that stops reading, and goes on: every byte arrives in order", async () => {
      const size = 1 << 20;
      const count = 24;
      const resumed = Promise.withResolvers<void>();
      await using server = await rawServer(async (peer) => {
        await peer.handshake();
        peer.pause();
        await resumed.promise;
        peer.resume();
        for (let i = 0; i < count; i++) {
          await peer.read(14);
          // Masked, so only the length can be told here; the order is told by the headers' place.
          await peer.read(size);
        }
        const close = await peer.readFrame();
        await peer.send(closeFrame(close.close?.code));
        await peer.end();
      });
      const client = await NonBlockingClient.connect(server.url, { transport });
      let sent = 0;
      let drains = 0;
      const record = recorder({
        onActivated: (client) => {
          while (client.sendBinary(new Uint8Array(size))) sent++;
          sent++;
          setTimeout(resumed.resolve, 20);
        },
        onDrain: (client) => {
          drains++;
          assert(client.bufferedAmount <= 1 << 20);
          while (sent < count) {
            sent++;
            if (!client.sendBinary(new Uint8Array(size))) return;
          }
          client.close();
        },
      });
      const close = await bounded("the client to end", client.run(record.handler));
      assertEquals([close.code, close.wasClean, sent], [1000, true, count]);
      assert(drains >= 1);
    });
  });
}
