import { describe, it } from "node:test";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { NonBlockingClient, type NonBlockingOptions, WebSocketError } from "../../mod.ts";
import { binaryFrame, closeFrame, concat, opcodes, textFrame } from "../support/frames.ts";
import { type ClientFrame, type RawPeer, rawServer } from "../support/raw_server.ts";
import { memoryClient } from "./memory_client.ts";
import { type Actions, describeClose, recorder } from "./recorder.ts";
import { bounded, transports, turn, until } from "./setup.ts";

async function readClose(peer: RawPeer): Promise<ClientFrame> {
  for (;;) {
    const frame = await peer.readFrame();
    if (frame.opcode === opcodes.close) return frame;
  }
}

it("44 a reset with our Close only half written does not end clean", async () => {
  const { client, server } = await memoryClient({}, { capacity: 3 });
  const running = client.run({});
  server.stream.pause();
  server.send(closeFrame(1000));
  await until("a part of the answer to be written", () => client.bufferedAmount > 0);
  server.stream.reset();
  const close = await bounded("the client to end", running);
  assertEquals(describeClose(close), "1000 not clean remote");
});

/** Whatever the client does to its end of the stream. */
async function isLetGo(peer: RawPeer): Promise<void> {
  await peer.closed();
}

for (const transport of transports) {
  describe(`closing, ${transport} transport`, () => {
    const run = async (
      script: (peer: RawPeer) => Promise<void>,
      actions: Actions,
      options: NonBlockingOptions = {},
    ) => {
      await using server = await rawServer(script);
      const client = await NonBlockingClient.connect(server.url, { transport, ...options });
      const record = recorder(actions);
      const close = await bounded("the client to end", client.run(record.handler));
      assertEquals(client.state, "closed");
      await server.close();
      return { messages: record.messages, close };
    };

    for (const [code, reason] of [[1000, ""], [3000, "bye"], [4999, "é".repeat(61)]] as const) {
      it(`close(${code}) reaches the server, and its answer the client`, async () => {
        const { close } = await run(async (peer) => {
          await peer.handshake();
          const frame = await readClose(peer);
          assertEquals(frame.close, { code, reason });
          await peer.send(closeFrame(code, "answer"));
          await peer.end();
          assertEquals(await peer.closed(), "fin");
          assertEquals(peer.buffered, 0, "nothing is sent behind Close");
        }, { onActivated: (client) => client.close(code, reason) });
        assertEquals(close, { code, reason: "answer", wasClean: true, initiator: "local" });
      });

      it(`the server's Close ${code} is answered with the same code`, async () => {
        const { close } = await run(async (peer) => {
          await peer.handshake();
          await peer.send(closeFrame(code, reason));
          assertEquals((await readClose(peer)).close?.code, code);
          await peer.end();
          await isLetGo(peer);
        }, {});
        assertEquals(close, { code, reason, wasClean: true, initiator: "remote" });
      });
    }

    it("codes and reasons that are not allowed throw, and nothing is closed", async () => {
      const { messages } = await run(async (peer) => {
        await peer.handshake();
        assertEquals((await peer.readFrame()).text, "still open");
        await peer.send(closeFrame(await readClose(peer).then(({ close }) => close?.code)));
        await peer.end();
      }, {
        onActivated: (client) => {
          for (const code of [0, 999, 1001, 1005, 1006, 2999, 5000, 3000.5, NaN]) {
            const error = assertThrows(() => client.close(code), WebSocketError, `the code ${code}`);
            assertEquals(error.code, "InvalidConfiguration");
          }
          const error = assertThrows(() => client.close(1000, "x".repeat(124)), WebSocketError, "124 bytes");
          assertEquals(error.code, "InvalidConfiguration");
          assertThrows(() => client.close(1000, "é".repeat(62)), WebSocketError);
          assertEquals(client.state, "open");
          client.sendText("still open");
          client.close();
        },
      });
      assertEquals(messages.at(-2), "closed 1000 clean local");
    });

    it("twice: the first counts", async () => {
      const { close } = await run(async (peer) => {
        await peer.handshake();
        const frame = await readClose(peer);
        assertEquals(frame.close, { code: 3001, reason: "first" });
        await peer.send(closeFrame(3001));
        await peer.end();
        await isLetGo(peer);
        assertEquals(peer.buffered, 0);
      }, {
        onActivated: (client) => {
          client.close(3001, "first");
          assertEquals(client.state, "closing");
          client.close(3002, "second");
          const error = assertThrows(() => client.sendText("late"), WebSocketError);
          assertEquals(error.code, "ConnectionClosed");
        },
      });
      assertEquals(close.code, 3001);
    });

    it("before run(): the handler still sees all of it", async () => {
      await using server = await rawServer(async (peer) => {
        await peer.handshake({ append: textFrame("early") });
        await readClose(peer);
        await peer.send(concat(textFrame("late"), closeFrame(1000)));
        await peer.end();
      });
      const client = await NonBlockingClient.connect(server.url, { transport });
      client.close();
      assertEquals(client.state, "closing");
      await turn();
      const record = recorder();
      await bounded("the client to end", client.run(record.handler));
      assertEquals(record.messages, [
        "activated",
        "text early",
        "text late",
        "closed 1000 clean local",
        "quit",
      ]);
    });

    it("while the peer floods: what was on its way is delivered, then it ends", async () => {
      const message = binaryFrame(new Uint8Array(1000));
      let received = 0;
      let stop = false;
      const { close } = await run(async (peer) => {
        await peer.handshake();
        const closing = readClose(peer).then(() => stop = true);
        let sent = 0;
        for (; !stop; sent++) await peer.send(message);
        await closing;
        await peer.send(closeFrame(1000));
        await peer.end();
        await isLetGo(peer);
        assertEquals(received, sent);
      }, { onBinaryMessage: (client) => void (++received === 20 && client.close()) });
      assertEquals(describeClose(close), "1000 clean local");
    });

    it("a flood without end and without an answer ends by closeTimeout", async () => {
      const message = binaryFrame(new Uint8Array(1000));
      const { messages, close } = await run(
        async (peer) => {
          await peer.handshake();
          const gone = peer.closed();
          let over = false;
          void gone.then(() => over = true);
          while (!over) await peer.send(message).catch(() => over = true);
        },
        { onBinaryMessage: (client) => client.state === "open" && client.close() },
        { closeTimeout: 60 },
      );
      assertEquals(messages.slice(-2), ["error Timeout close", "quit"]);
      assertEquals(describeClose(close), "1006 not clean local");
      assertEquals([close.error?.code, close.error?.phase], ["Timeout", "close"]);
    });

    it("without an answer and without onError run() rejects with the timeout", async () => {
      await using server = await rawServer(async (peer) => {
        await peer.handshake();
        await isLetGo(peer);
      });
      const client = await NonBlockingClient.connect(server.url, { transport, closeTimeout: 30 });
      const record = recorder({ onActivated: (client) => client.close(), onError: undefined });
      const error = await assertRejects(
        () => bounded("the client to end", client.run(record.handler)),
        WebSocketError,
        "closeTimeout, 30 ms",
      );
      assertEquals([error.code, error.phase], ["Timeout", "close"]);
      assertEquals(record.messages, ["activated", "quit"]);
    });

    it("answered, but the server keeps the stream open: clean, after closeTimeout", async () => {
      const outcome = await run(
        async (peer) => {
          await peer.handshake();
          await readClose(peer);
          await peer.send(closeFrame(1000));
          await isLetGo(peer);
        },
        { onActivated: (client) => client.close() },
        { closeTimeout: 30 },
      );
      assertEquals(describeClose(outcome.close), "1000 clean local");
      assertEquals(outcome.messages, ["activated", "closed 1000 clean local", "quit"]);
    });

    it("to a peer that does not read ends by closeTimeout, backlog or not", async () => {
      const { messages } = await run(
        async (peer) => {
          await peer.handshake();
          peer.pause();
          await released.promise;
          peer.resume();
          await isLetGo(peer);
        },
        {
          onActivated: (client) => {
            while (client.bufferedAmount < 1 << 20) client.sendBinary(new Uint8Array(1 << 20));
            client.close();
          },
          onQuit: () => released.resolve(),
        },
        { closeTimeout: 60 },
      );
      assertEquals(messages.filter((event) => event !== "drain"), [
        "activated",
        "error Timeout close",
        "quit",
      ]);
    });
    const released = Promise.withResolvers<void>();

    it("FIN in place of the answering Close: not clean", async () => {
      const { close } = await run(async (peer) => {
        await peer.handshake();
        await readClose(peer);
        await peer.end();
        await isLetGo(peer);
      }, { onActivated: (client) => client.close() });
      assertEquals(describeClose(close), "1006 not clean local");
    });

    it("nothing of the peer is delivered behind its Close", async () => {
      const { messages } = await run(async (peer) => {
        await peer.handshake();
        await peer.send(concat(textFrame("a"), closeFrame(1000), textFrame("b")));
        await readClose(peer);
        await peer.end();
        await isLetGo(peer);
      }, {});
      assertEquals(messages, ["activated", "text a", "closed 1000 clean remote", "quit"]);
    });
  });

  describe(`forceQuit, ${transport} transport`, () => {
    const states: Record<string, (client: NonBlockingClient) => void> = {
      open: () => {},
      closing: (client) => client.close(),
    };
    for (const [state, prepare] of Object.entries(states)) {
      for (const isRunning of [false, true]) {
        it(`${state}, ${isRunning ? "running" : "not running yet"}: no callback but onQuit`, async () => {
          await using server = await rawServer(async (peer) => {
            await peer.handshake();
            await isLetGo(peer);
            assertEquals(peer.buffered, state === "open" ? 0 : 8, "no Close frame by forceQuit");
          });
          const client = await NonBlockingClient.connect(server.url, { transport });
          const record = recorder();
          const running = isRunning ? client.run(record.handler) : undefined;
          prepare(client);
          // The frame has to be on its way, since dropping a socket may drop what it has not sent.
          for (let i = 0; i < 5; i++) await turn();
          assertEquals(client.state, state as typeof client.state);
          client.forceQuit();
          client.forceQuit();
          const close = await bounded("the client to end", running ?? client.run(record.handler));
          assertEquals(record.messages, isRunning ? ["activated", "quit"] : ["quit"]);
          assertEquals(close, { code: 1006, reason: "", wasClean: false, initiator: "local" });
          assertEquals(client.state, "closed");
          await server.close();
        });
      }
    }

    it("between the Close frames and the end of the stream", async () => {
      await using server = await rawServer(async (peer) => {
        await peer.handshake();
        await peer.send(closeFrame(3000));
        await readClose(peer);
        await isLetGo(peer);
      });
      const client = await NonBlockingClient.connect(server.url, { transport });
      const record = recorder();
      const running = client.run(record.handler);
      while (client.state === "open") await turn();
      client.forceQuit();
      assert(!(await bounded("the client to end", running)).wasClean);
      assertEquals(record.messages, ["activated", "quit"]);
    });
  });
}
