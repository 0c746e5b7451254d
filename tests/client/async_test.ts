import { describe, it } from "node:test";
import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { AsyncClient, type AsyncOptions, WebSocketError, type WebSocketEvent } from "../../mod.ts";
import { binaryFrame, closeFrame, concat, opcodes, textFrame } from "../support/frames.ts";
import { type RawPeer, rawServer, withRawServer } from "../support/raw_server.ts";
import { isNumberedMessage, MESSAGE_SIZE, numberedMessage } from "../thread/numbered_message.ts";
import { GIVEN_UP } from "../thread/peer_scripts.ts";
import { PeerThread } from "../thread/peer_thread.ts";
import { describeClose } from "./recorder.ts";
import { bounded, turn, until } from "./setup.ts";

/** An event in one line. */
function line(event: WebSocketEvent): string {
  if (event.type === "text") return `text ${event.data}`;
  if (event.type === "closed") return `closed ${describeClose(event.close)}`;
  if (event.type === "error") return `error ${event.error.code} ${event.error.phase ?? ""}`.trimEnd();
  return event.type;
}

async function linesOf(client: AsyncClient): Promise<string[]> {
  const lines: string[] = [];
  for await (const event of client.events) lines.push(line(event));
  return lines;
}

/** Connects to a server that plays a script. */
async function withPeer(
  script: (peer: RawPeer) => Promise<void>,
  options: AsyncOptions,
  body: (client: AsyncClient) => Promise<void>,
): Promise<void> {
  await withRawServer(script, async (server) => {
    const client = await AsyncClient.connect(server.url, options);
    await bounded("the program", body(client));
  });
}

async function closes(peer: RawPeer, code = 1000): Promise<void> {
  await peer.send(closeFrame(code));
  await peer.end();
  await peer.closed();
}

async function echo(peer: RawPeer): Promise<void> {
  await peer.handshake();
  for (;;) {
    const frame = await peer.readFrame();
    if (frame.close?.code === GIVEN_UP) return void await peer.closed();
    if (frame.opcode === opcodes.close) return closes(peer, frame.close?.code);
    if (frame.opcode === opcodes.text) await peer.send(textFrame(frame.payload));
    if (frame.opcode === opcodes.binary) await peer.send(binaryFrame(frame.payload));
  }
}

/** Sends a hundred texts, then Close. */
async function counts(peer: RawPeer): Promise<void> {
  await peer.handshake();
  const texts = Array.from({ length: 100 }, (_, index) => textFrame(`${index}`));
  await peer.send(concat(...texts, closeFrame(1000)));
  await peer.readFrame();
  await peer.end();
  await peer.closed();
}
const hundred = Array.from({ length: 100 }, (_, index) => `text ${index}`);

describe("AsyncClient", () => {
  it("delivers events in order, executes commands in order, and joins", () =>
    withPeer(echo, {}, async (client) => {
      const thread = client.run();
      const { control } = client;
      for (let index = 0; index < 100; index++) {
        const result = index % 2 === 0 ? control.trySend({ type: "sendText", data: `${index}` }) : undefined;
        assertEquals(result ?? await control.sendText(`${index}`), { sent: true });
      }
      control.close(3001, "enough");
      assertEquals(await linesOf(client), ["activated", ...hundred, "closed 3001 clean local", "quit"]);
      assertEquals(describeClose(await thread.join()), "3001 clean local");
      assertEquals(await client.events.receive(), null);
      assertEquals(client.state, "closed");
    }));

  it("reads nothing before run; what was sent before is sent", () =>
    withPeer(echo, {}, async (client) => {
      assertEquals(await client.control.sendText("early"), { sent: true });
      await turn();
      assertEquals(client.events.tryReceive(), undefined);
      client.run();
      assertEquals([await client.events.receive(), await client.events.receive()], [
        { type: "activated" },
        { type: "text", data: "early" },
      ]);
      client.control.close();
      assertEquals(await linesOf(client), ["closed 1000 clean local", "quit"]);
    }));

  it("runs once", () =>
    withPeer(counts, {}, async (client) => {
      client.run();
      assertEquals(assertThrows(() => client.run(), WebSocketError).code, "SocketUnavailable");
      await linesOf(client);
    }));

  it("tells what its connection came to", () =>
    withPeer(echo, { protocols: [] }, async (client) => {
      assertEquals([client.protocol, client.extensions, client.socket], ["", "", undefined]);
      assertEquals([client.state, client.bufferedAmount], ["open", 0]);
      assert(client.url.startsWith("ws://127.0.0.1:"));
      assert(client.stats.connect.total > 0);
      const thread = client.run();
      client.control.sendText("12345");
      client.control.close();
      // Sends after a Close are refused here, not lost there.
      assertEquals(client.control.isClosed, true);
      const refused = await client.control.sendText("late");
      assertEquals(refused, { sent: false, reason: "closed", message: { type: "sendText", data: "late" } });
      await thread.join();
      const { messagesSent, messagesReceived, bytesSent, bytesReceived, framesSent } = client.stats;
      assertEquals([messagesSent, messagesReceived, framesSent], [1, 1, 2]);
      assertEquals([bytesSent, bytesReceived], [2 + 4 + 5 + 2 + 4 + 2, 2 + 5 + 2 + 2]);
    }));

  it("refuses at once what cannot be sent", () =>
    withPeer(echo, { maxBufferedAmount: 1000 }, async (client) => {
      client.run();
      const { control } = client;
      const codes = [
        () => control.sendText(new Uint8Array([0xff])),
        () => control.sendBinary(new Uint8Array(1001)),
        () => control.sendPing(new Uint8Array(126)),
        () => control.sendPong(new Uint8Array(126)),
        () => control.close(1001),
        () => control.close(1000, "x".repeat(124)),
        () => control.trySend({ type: "sendText", data: "é".repeat(500) }),
      ].map((send) => assertThrows(send, WebSocketError).code);
      const [configuration, limit] = ["InvalidConfiguration", "LimitExceeded"];
      assertEquals(codes, [configuration, limit, limit, limit, configuration, configuration, limit]);
      control.close();
      assertEquals(await linesOf(client), ["activated", "closed 1000 clean local", "quit"]);
    }));

  it("joinSync blocks until the end, or the time-out; forceQuit sends no Close", async () => {
    let unread: number | undefined;
    const listens = async (peer: RawPeer) => {
      await peer.handshake();
      await peer.closed();
      unread = peer.buffered;
    };
    await withPeer(listens, {}, async (client) => {
      const thread = client.run();
      assertEquals(thread.joinSync(20), undefined);
      client.control.forceQuit();
      assertEquals(describeClose(thread.joinSync(4000)!), "1006 not clean local");
      assertEquals(await thread.join(), thread.joinSync());
      assertEquals(await linesOf(client), ["activated", "quit"]);
    });
    assertEquals(unread, 0);
  });

  it("receiveSync blocks this thread while the other one works", async () => {
    await using peer = await PeerThread.start("counts");
    const client = await AsyncClient.connect(peer.url);
    const thread = client.run();
    const lines: string[] = [];
    for (let event; (event = client.events.receiveSync(4000)) !== null;) lines.push(line(event!));
    assertEquals(lines, ["activated", ...hundred, "closed 1000 clean remote", "quit"]);
    assertEquals(describeClose(thread.joinSync()!), "1000 clean remote");
    await peer.finish();
  });

  it("await using sends Close and waits for the end; unread events are dropped", () =>
    withPeer(echo, {}, async (connected) => {
      {
        await using client = connected;
        client.run();
        await client.control.sendText("unread");
      }
      assertEquals([connected.state, connected.events.tryReceive()], ["closed", null]);
    }));

  it("await using a client that never ran closes it", () =>
    withPeer(echo, {}, async (connected) => {
      await connected[Symbol.asyncDispose]();
      await connected[Symbol.asyncDispose]();
      assertEquals(connected.state, "closed");
    }));

  it("its signal ends it with the signal's reason", async () => {
    const controller = new AbortController();
    const reason = new RangeError("mine");
    await withPeer(echo, { signal: controller.signal }, async (client) => {
      const thread = client.run();
      assertEquals(await client.events.receive(), { type: "activated" });
      controller.abort(reason);
      const event = await client.events.receive();
      assertEquals(event?.type === "error" && [event.error.code, event.error.cause], ["Aborted", reason]);
      assertEquals(await linesOf(client), ["quit"]);
      assertStrictEquals((await thread.join()).error?.cause, reason);
    });
  });

  it("keepAlive ends a dead connection, and not one whose events nobody takes", async () => {
    await using dead = await rawServer(async (peer) => {
      await peer.handshake();
      await peer.closed();
    });
    const keepAlive = { interval: 30, timeout: 30 };
    const client = await AsyncClient.connect(dead.url, { keepAlive });
    client.run();
    assertEquals(await bounded("the end", linesOf(client)), ["activated", "error Timeout keepAlive", "quit"]);

    const options = { keepAlive, eventCapacity: 1024 };
    await withPeer(
      async (peer) => {
        await peer.handshake();
        // Nobody reads the client's pings, and the client reads nothing.
        await peer.send(binaryFrame(new Uint8Array(4 * 1024 * 1024)));
        await peer.send(closeFrame(1000));
        while ((await peer.readFrame()).opcode !== opcodes.close);
        await peer.end();
        await peer.closed();
      },
      options,
      async (client) => {
        client.run();
        await client.events.receive();
        const { bytesReceived } = client.stats;
        await until("several intervals", countdown(200));
        assert(client.stats.bytesReceived >= bytesReceived);
        assertEquals(await linesOf(client), ["binary", "closed 1000 clean remote", "quit"]);
      },
    );
  });
});

/** Becomes true after so many milliseconds. */
function countdown(duration: number): () => boolean {
  const end = performance.now() + duration;
  return () => performance.now() > end;
}

for (const spinWaitDuration of [undefined, null, 1, 20]) {
  describe(`AsyncClient, spinWaitDuration ${spinWaitDuration}`, () => {
    it("echoes in order", () =>
      withPeer(echo, { spinWaitDuration }, async (client) => {
        client.run();
        await client.events.receive();
        for (let round = 0; round < 10; round++) {
          client.control.sendText(`${round}`);
          assertEquals(await client.events.receive(), { type: "text", data: `${round}` });
        }
        client.control.close();
        assertEquals(await linesOf(client), ["closed 1000 clean local", "quit"]);
      }));

    it("a slow reader stops the socket being read, and loses nothing", async () => {
      const total = 192;
      let written = 0;
      const flood = async (peer: RawPeer) => {
        await peer.handshake();
        for (; written < total; written++) await peer.send(binaryFrame(numberedMessage(written)));
        await closes(peer);
      };
      await withPeer(flood, { spinWaitDuration, eventCapacity: 256 * 1024 }, async (client) => {
        const thread = client.run();
        assertEquals(await client.events.receive(), { type: "activated" });
        // Until the server's writes stall; the buffers of both sockets together hold a few MiB.
        let before = -1;
        await until("a standstill", () => {
          if (!pause()) return false;
          const stands = written === before && written > 0;
          before = written;
          return stands;
        });
        assert(written < total, `${written} messages were taken`);
        const inSocket = written * MESSAGE_SIZE - client.stats.bytesReceived;
        assert(client.stats.bytesReceived < 2 * 1024 * 1024, `${client.stats.bytesReceived} bytes were read`);
        assert(inSocket > 0);
        for (let number = 0; number < total; number++) {
          const event = await client.events.receive();
          assert(event?.type === "binary" && isNumberedMessage(event.data, number), `message ${number}`);
        }
        assertEquals(await linesOf(client), ["closed 1000 clean remote", "quit"]);
        await thread.join();
      });
    });
  });
}

let pausedAt = 0;
/** Becomes true every 100 ms. */
function pause(): boolean {
  if (performance.now() - pausedAt < 100) return false;
  pausedAt = performance.now();
  return true;
}

describe("AsyncClient and a peer that does not read", () => {
  const deaf = (resume: Promise<void>) => async (peer: RawPeer) => {
    await peer.handshake();
    peer.pause();
    await resume;
    peer.resume();
    for (let number = 0;; number++) {
      const frame = await peer.readFrame();
      if (frame.opcode === opcodes.close) return closes(peer);
      assertEquals(new DataView(frame.payload.buffer, frame.payload.byteOffset).getUint32(0), number);
    }
  };

  it("the channel fills, trySend is refused, and all that was taken arrives in order", async () => {
    const gate = Promise.withResolvers<void>();
    const options = { controlCapacity: 256 * 1024, highWaterMark: 256 * 1024 };
    await withPeer(deaf(gate.promise), options, async (client) => {
      client.run();
      let number = 0;
      const trySend = () => client.control.trySend({ type: "sendBinary", data: numberedMessage(number) });
      let before = 0;
      await until("a refusal that lasts", () => {
        while (trySend().sent) number++;
        if (!pause()) return false;
        const stands = number === before;
        before = number;
        return stands;
      });
      assertEquals(trySend(), {
        sent: false,
        reason: "full",
        message: { type: "sendBinary", data: numberedMessage(number) },
      });
      assert(client.bufferedAmount > 0);
      // One waits for room and keeps its place, one gives up.
      const waiting = client.control.sendBinary(numberedMessage(number++));
      const late = client.control.sendSync({ type: "sendBinary", data: numberedMessage(number) }, 20);
      assertEquals(late.sent, false);
      gate.resolve();
      assertEquals(await waiting, { sent: true });
      await client.control.close();
      assertEquals(await linesOf(client), ["activated", "closed 1000 clean local", "quit"]);
      assertEquals(client.stats.messagesSent, number);
    });
  });

  it("close ends in bounded time though the Close frame cannot be sent", async () => {
    const gate = Promise.withResolvers<void>();
    const options = { controlCapacity: 65_536, closeTimeout: 100 };
    const script = async (peer: RawPeer) => {
      await peer.handshake();
      peer.pause();
      await gate.promise;
    };
    await withPeer(script, options, async (client) => {
      const thread = client.run();
      for (let count = 0; count < 8; count++) void client.control.sendBinary(new Uint8Array(4 * 1024 * 1024));
      const closing = client.control.close();
      const lines = await linesOf(client);
      assertEquals(lines, ["activated", "error Timeout close", "quit"]);
      assertEquals((await closing).sent, false);
      assertEquals((await thread.join()).error?.phase, "close");
      gate.resolve();
    });
  });

  it("forceQuit overtakes what waits in the channel", async () => {
    const gate = Promise.withResolvers<void>();
    const script = async (peer: RawPeer) => {
      await peer.handshake();
      peer.pause();
      await gate.promise;
    };
    await withPeer(script, { controlCapacity: 65_536 }, async (client) => {
      const thread = client.run();
      const sends = Array.from(
        { length: 8 },
        () => client.control.sendBinary(new Uint8Array(4 * 1024 * 1024)),
      );
      assertEquals(await client.control.send({ type: "forceQuit" }), { sent: true });
      assertEquals(describeClose(await thread.join()), "1006 not clean local");
      assertEquals((await Promise.all(sends)).at(-1)!.sent, false);
      assertEquals(await linesOf(client), ["activated", "quit"]);
      gate.resolve();
    });
  });
});

describe("AsyncClient with an event channel that is full", () => {
  const floods = async (peer: RawPeer) => {
    await peer.handshake();
    // The client may leave at any time.
    while (await peer.send(binaryFrame(numberedMessage(0))).then(() => true, () => false));
  };
  /** Runs until the socket is not read any more. */
  const fill = async (client: AsyncClient) => {
    const thread = client.run();
    let before = -1;
    await until("a standstill", () => {
      if (!pause()) return false;
      const { bytesReceived } = client.stats;
      const stands = bytesReceived === before && bytesReceived > 0;
      before = bytesReceived;
      return stands;
    });
    return thread;
  };
  const options = { eventCapacity: 128 * 1024, closeTimeout: 100 };

  it("forceQuit ends it, and what was in the channel can still be received", () =>
    withPeer(floods, options, async (client) => {
      const thread = await fill(client);
      client.control.forceQuit();
      assertEquals(describeClose(await thread.join()), "1006 not clean local");
      const [first, ...rest] = await linesOf(client);
      assertEquals(first, "activated");
      // `quit` comes where there was room for it.
      if (rest.at(-1) === "quit") rest.pop();
      assert(rest.length > 0 && rest.every((line) => line === "binary"), rest.join());
    }));

  it("close ends it within closeTimeout, and the error comes behind the messages", () =>
    withPeer(floods, options, async (client) => {
      const thread = await fill(client);
      client.control.close();
      assertEquals((await thread.join()).error?.phase, "close");
      const lines = await linesOf(client);
      assertEquals(lines.slice(-2), ["error Timeout close", "quit"]);
    }));

  it("await using ends it", () =>
    withPeer(floods, options, async (client) => {
      await fill(client);
      await client[Symbol.asyncDispose]();
      assertEquals(client.state, "closed");
    }));
});
