import { describe, it } from "node:test";
import { assertEquals, assertGreater, assertRejects } from "@std/assert";
import { NonBlockingClient, WebSocketError } from "../../mod.ts";
import { closeFrame, opcodes, pongFrame } from "../support/frames.ts";
import { rawServer } from "../support/raw_server.ts";
import { recorder } from "./recorder.ts";
import { bounded, stall, transports } from "./setup.ts";

for (const transport of transports) {
  describe(`keepAlive, ${transport} transport`, () => {
    it("pings an idle peer, which stays as long as it answers", async () => {
      await using server = await rawServer(async (peer) => {
        await peer.handshake();
        for (let i = 0; i < 5; i++) {
          const ping = await peer.readFrame();
          assertEquals([ping.opcode, ping.payload.length], [opcodes.ping, 0]);
          await peer.send(pongFrame());
        }
        await peer.send(closeFrame(1000));
        await peer.end();
        await peer.closed();
      });
      const client = await NonBlockingClient.connect(server.url, {
        transport,
        keepAlive: { interval: 5, timeout: 2000 },
      });
      const record = recorder();
      const close = await bounded("the client to end", client.run(record.handler));
      assertEquals([close.code, close.wasClean], [1000, true]);
      assertEquals(record.messages.filter((event) => event === "pong ").length, 5);
      assertGreater(client.stats.lastRoundTrip!, 0);
    });

    it("ends a peer that gives no sign of life, and says so", async () => {
      await using server = await rawServer(async (peer) => {
        await peer.handshake();
        assertEquals((await peer.readFrame()).opcode, opcodes.ping);
        await peer.closed();
      });
      const client = await NonBlockingClient.connect(server.url, {
        transport,
        keepAlive: { interval: 20, timeout: 20 },
      });
      const error = await assertRejects(
        () => bounded("the client to end", client.run({})),
        WebSocketError,
        "no sign of life within 20 ms of a ping",
      );
      assertEquals([error.code, error.phase, client.state], ["Timeout", "keepAlive", "closed"]);
      await server.close();
    });

    it("a stalled event loop does not end a connection whose pong lies in the socket", async () => {
      const timeout = 50;
      await using server = await rawServer(async (peer) => {
        await peer.handshake();
        assertEquals((await peer.readFrame()).opcode, opcodes.ping);
        // The pong has left this process when the thread stalls: client and server share it.
        await peer.send(pongFrame());
        stall(4 * timeout);
        assertEquals((await peer.readFrame()).opcode, opcodes.ping, "life goes on");
        await peer.send(pongFrame());
        await peer.send(closeFrame(1000));
        await peer.end();
        await peer.closed();
      });
      const client = await NonBlockingClient.connect(server.url, {
        transport,
        keepAlive: { interval: timeout, timeout },
      });
      const close = await bounded("the client to end", client.run({}));
      assertEquals([close.code, close.wasClean], [1000, true]);
    });

    it("a ping of the program does not disturb it", async () => {
      await using server = await rawServer(async (peer) => {
        await peer.handshake();
        const ping = await peer.readFrame();
        assertEquals([ping.opcode, ping.text], [opcodes.ping, "mine"]);
        await peer.send(pongFrame("mine"));
        const next = await peer.readFrame();
        assertEquals([next.opcode, next.text], [opcodes.ping, ""]);
        await peer.send(pongFrame());
        await peer.send(closeFrame(1000));
        await peer.end();
        await peer.closed();
      });
      const client = await NonBlockingClient.connect(server.url, {
        transport,
        keepAlive: { interval: 30, timeout: 2000 },
      });
      const record = recorder({ onActivated: (client) => client.sendPing(new TextEncoder().encode("mine")) });
      await bounded("the client to end", client.run(record.handler));
      assertEquals(record.messages.slice(0, 3), ["activated", "pong mine", "pong "]);
    });
  });
}
