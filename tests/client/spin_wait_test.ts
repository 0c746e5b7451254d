import { describe, it } from "node:test";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { NonBlockingClient, WebSocketError } from "../../mod.ts";
import { closeFrame, concat, frame, opcodes, pingFrame, textFrame } from "../support/frames.ts";
import { type RawPeer, rawServer } from "../support/raw_server.ts";
import { type Actions, recorder } from "./recorder.ts";
import { bounded, transports, turn } from "./setup.ts";

/** Echoes texts until Close, which it answers. */
async function echo(peer: RawPeer): Promise<void> {
  await peer.handshake({ append: textFrame("first") });
  for (let frame = await peer.readFrame(); frame.opcode !== opcodes.close; frame = await peer.readFrame()) {
    await peer.send(textFrame(frame.payload));
  }
  await peer.send(closeFrame(1000));
  await peer.end();
}

for (const transport of transports) {
  for (const spinWaitDuration of [null, 1, 20]) {
    describe(`spinWaitDuration ${spinWaitDuration}, ${transport} transport`, () => {
      const options = { transport, spinWaitDuration };
      const run = async (script: (peer: RawPeer) => Promise<void>, actions: Actions, more = {}) => {
        await using server = await rawServer(script);
        const client = await NonBlockingClient.connect(server.url, { ...options, ...more });
        const record = recorder(actions);
        const close = await bounded("the client to end", client.run(record.handler));
        const count = record.events.length;
        await turn();
        await turn();
        assertEquals(record.events.length, count, "polling has ended");
        return { events: record.events, messages: record.messages, close };
      };

      it("messages arrive in order, between onPoll and onIdle, and the client ends", async () => {
        let round = 0;
        const { events, messages } = await run(echo, {
          onTextMessage: (client) => {
            if (round === 5) client.close();
            else client.sendText(`${++round}`);
          },
        });
        const texts = ["first", "1", "2", "3", "4", "5"].map((text) => `text ${text}`);
        assertEquals(messages, ["activated", ...texts, "closed 1000 clean local", "quit"]);
        // A turn is: poll, then messages or idle.
        const turns = events.slice(1, -2).join(",").split(/,?poll,?/).slice(1, -1);
        assert(turns.every((turn) => turn === "idle" || !turn.includes("idle")), turns.join(" | "));
        assert(turns.includes("idle"), "turns without a message have an onIdle");
      });

      it("onPoll and onIdle are called though nothing comes", async () => {
        let polls = 0;
        const { events } = await run(echo, {
          onPoll: (client) => void (++polls === 10 && client.close()),
        });
        assert(events.filter((event) => event === "poll").length >= 10);
        assert(events.filter((event) => event === "idle").length >= 5);
        assertEquals(events.slice(-2), ["closed 1000 clean local", "quit"]);
      });

      it("a violation: nothing is called between onError and onQuit", async () => {
        const { events, close } = await run(async (peer) => {
          await peer.handshake();
          await peer.send(frame({ opcode: 5 }));
          assertEquals((await peer.readFrame()).close?.code, 1002);
          // Turns go by before the stream ends.
          for (let i = 0; i < 10; i++) await turn();
          await peer.end();
          await peer.closed();
        }, {});
        assertEquals(events.slice(-2), ["error ProtocolViolation", "quit"]);
        assertEquals(close.error?.code, "ProtocolViolation");
      });

      it("pings are answered, FIN and forceQuit end it", async () => {
        const lost = await run(async (peer) => {
          await peer.handshake();
          await peer.send(pingFrame("p"));
          assertEquals((await peer.readFrame()).opcode, opcodes.pong);
          await peer.end();
          await peer.closed();
        }, {});
        assertEquals(lost.messages, ["activated", "ping p", "closed 1006 not clean none", "quit"]);

        const left = await run(async (peer) => {
          await peer.handshake();
          await peer.closed();
        }, { onIdle: (client) => client.forceQuit() });
        assertEquals(left.messages, ["activated", "quit"]);
      });

      it("a callback that throws ends the polling", async () => {
        await using server = await rawServer(async (peer) => {
          await peer.handshake();
          await peer.closed();
        });
        const client = await NonBlockingClient.connect(server.url, options);
        const record = recorder({
          onPoll: () => {
            throw new RangeError("mine");
          },
        });
        const running = client.run(record.handler);
        await assertRejects(() => bounded("the client to end", running), RangeError, "mine");
        assertEquals(record.events, ["activated", "poll", "quit"]);
      });

      it("keepAlive ends a dead connection", async () => {
        await using server = await rawServer(async (peer) => {
          await peer.handshake();
          await peer.closed();
        });
        const keepAlive = { interval: 30, timeout: 30 };
        const client = await NonBlockingClient.connect(server.url, { ...options, keepAlive });
        const error = await assertRejects(
          () => bounded("the client to end", client.run({})),
          WebSocketError,
        );
        assertEquals([error.code, error.phase], ["Timeout", "keepAlive"]);
      });

      it("a burst in many segments loses nothing", async () => {
        const frames = concat(...Array.from({ length: 2000 }, (_, index) => textFrame(`${index}`)));
        let next = 0;
        const { close } = await run(async (peer) => {
          await peer.handshake();
          await peer.send(frames, { splits: 1000 });
          await peer.send(closeFrame(1000));
          await peer.end();
          await peer.closed();
        }, {
          onTextMessage: (_, { text }) => assertEquals(text, `${next++}`),
        });
        assertEquals([next, close.code, close.wasClean], [2000, 1000, true]);
      });
    });
  }
}
