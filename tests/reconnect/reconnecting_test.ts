import { getEventListeners } from "node:events";
import { describe, it } from "node:test";
import { assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import {
  AsyncClient,
  IoThread,
  type NonBlockingClient,
  reconnect,
  type Reconnecting,
  type ReconnectOptions,
  reconnectSync,
  WebSocketError,
} from "../../mod.ts";
import { reconnectNonBlocking } from "../../src/client/reconnect.ts";
import { describeClose } from "../client/recorder.ts";
import { bounded, transports, turn, until } from "../client/setup.ts";
import { certificates } from "../support/certificates.ts";
import { closeFrame, hex, opcodes, textFrame } from "../support/frames.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { type RawPeer, rawServer } from "../support/raw_server.ts";
import { FastTime } from "./fast_time.ts";

type Script = (peer: RawPeer) => Promise<void>;

/** A server that plays one script after the other, and the last one again and again. */
function inTurn(...scripts: readonly Script[]): Script {
  let connections = 0;
  return (peer) => scripts[Math.min(connections++, scripts.length - 1)]!(peer);
}

/** Answers Close, whenever it comes. */
const waitsForClose: Script = async (peer) => {
  await peer.handshake();
  let frame;
  do frame = await peer.readFrame(); while (frame.opcode !== opcodes.close);
  await peer.send(closeFrame(frame.close?.code));
  await peer.end();
};

const unavailable: Script = async (peer) => {
  await peer.readRequest();
  await peer.send("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n");
  await peer.end();
  await peer.closed();
};

const nowhere = "ws://127.0.0.1:1/";

/** A loop whose time a test moves by hand, with chance in the middle. */
function manual(urls: string | readonly string[], options: ReconnectOptions = {}) {
  const clock = new ManualClock();
  const surroundings = { now: () => clock.now(), date: () => clock.now(), random: () => 0.5 };
  return { clock, loop: reconnectNonBlocking(urls, options, { surroundings, clock }) };
}

/** Runs a loop whose clients are to be closed; answers how many there were. */
async function drain(loop: Reconnecting<NonBlockingClient>): Promise<number> {
  let clients = 0;
  for await (const client of loop) {
    clients++;
    await client.run({});
  }
  return clients;
}

describe("a reconnecting loop that waits", () => {
  it("shows what it is doing, and goes on when it is time", async () => {
    await using server = await rawServer(inTurn(unavailable, waitsForClose));
    const { loop, clock } = manual(server.url, { initialDelay: 1_000 });
    assertEquals([loop.state, loop.attempt, loop.url], ["idle", 0, `${server.url}/`]);
    const running = (async () => {
      for await (const client of loop) {
        assertEquals([loop.state, loop.attempt, loop.current], ["open", 2, client]);
        client.close();
      }
    })();
    await until("the attempt", () => loop.state === "connecting");
    await until("the wait", () => loop.state === "waiting");
    assertEquals([loop.nextDelay, loop.attempt, loop.lastError?.response?.status], [500, 1, 503]);
    await until("the timer", () => clock.pending === 1);
    clock.advance(499);
    for (let i = 0; i < 5; i++) await turn();
    assertEquals([loop.state, server.connections], ["waiting", 1]);
    clock.advance(1);
    await bounded("the loop", running);
    assertEquals([loop.state, loop.nextDelay, server.connections], ["ended", undefined, 2]);
    assertEquals(describeClose(loop.lastClose!), "1000 clean local");
  });

  const ends: Record<string, (loop: Reconnecting<never>, abort: AbortController) => unknown> = {
    "its signal": (_loop, abort) => abort.abort(),
    "its close": (loop) => loop.close(),
    "its disposal, which waits for it": (loop) => loop[Symbol.asyncDispose](),
  };
  for (const [name, end] of Object.entries(ends)) {
    it(`is ended at once by ${name}`, async () => {
      const abort = new AbortController();
      const { loop, clock } = manual(nowhere, { signal: abort.signal });
      const running = drain(loop);
      await until("the timer", () => clock.pending === 1);
      await bounded("the end", Promise.resolve(end(loop as unknown as Reconnecting<never>, abort)));
      assertEquals(await bounded("the loop", running), 0);
      assertEquals([clock.pending, loop.state, loop.lastError?.code], [0, "ended", "ConnectionFailed"]);
    });

    it(`is ended by ${name} while it connects, without an error`, async () => {
      let asked = false;
      await using server = await rawServer(async (peer) => {
        await peer.readRequest();
        asked = true;
        await peer.closed();
      });
      const abort = new AbortController();
      const { loop } = manual(server.url, { signal: abort.signal });
      const running = drain(loop);
      await until("the request", () => asked);
      await bounded("the end", Promise.resolve(end(loop as unknown as Reconnecting<never>, abort)));
      assertEquals(await bounded("the loop", running), 0);
      assertEquals(loop.lastError, undefined);
    });

    it(`is ended by ${name} while its client runs`, async () => {
      await using server = await rawServer(async (peer) => {
        await peer.handshake();
        const { close } = await peer.readFrame();
        // The signal drops the connection.
        if (close?.code === 1000) await peer.send(closeFrame(1000));
        await peer.end();
      });
      const abort = new AbortController();
      const { loop } = manual(server.url, { signal: abort.signal });
      const running = drain(loop);
      await until("the client", () => loop.current !== undefined);
      await bounded("the end", Promise.resolve(end(loop as unknown as Reconnecting<never>, abort)));
      assertEquals(await bounded("the loop", running), 1);
      assertEquals(loop.state, "ended");
    });
  }

  it("leaves nothing at the program's signal", async () => {
    await using server = await rawServer(inTurn(unavailable, waitsForClose));
    const { signal } = new AbortController();
    const time = new FastTime();
    const loop = reconnectNonBlocking(server.url, { signal }, {
      surroundings: time.surroundings,
      clock: time,
    });
    for await (const client of loop) {
      // Nor one for each connection.
      assertEquals(getEventListeners(signal, "abort").length, 1);
      client.close();
    }
    assertEquals(getEventListeners(signal, "abort").length, 0);
  });

  it("its disposal, or close, before it has begun or after it has ended, does no harm", async () => {
    const { loop } = manual(nowhere);
    loop.close();
    assertEquals(loop.state, "ended");
    assertEquals(await drain(loop), 0);
    await bounded("the disposal", loop[Symbol.asyncDispose]());
    loop.close();
  });

  it("is for one loop", async () => {
    const { loop } = manual(nowhere);
    loop.close();
    await drain(loop);
    const error = await assertRejects(() => drain(loop), WebSocketError, "loop");
    assertEquals(error.code, "SocketUnavailable");
  });
});

for (const transport of transports) {
  describe(`a reconnecting loop, ${transport} transport`, () => {
    const loopOf = (urls: string | readonly string[], options: ReconnectOptions = {}) => {
      const time = new FastTime();
      const all = { transport, initialDelay: 1_000, ...options };
      const loop = reconnectNonBlocking(urls, all, { surroundings: time.surroundings, clock: time });
      return { time, loop };
    };

    it("run resolves though there is no onError, and calls the one there is", async () => {
      const violates: Script = async (peer) => {
        await peer.handshake();
        await peer.send(hex("83 00"));
        assertEquals((await peer.readFrame()).close?.code, 1002);
        await peer.end();
      };
      await using server = await rawServer(violates);
      const { loop, time } = loopOf(server.url);
      const errors: string[] = [];
      for await (const client of loop) {
        const { error } = await bounded(
          "the client",
          client.run(
            errors.length === 0 ? {} : { onError: (_client, error) => void errors.push(error.code) },
          ),
        );
        errors.push(`${error?.code}`);
        if (errors.length > 2) break;
      }
      assertEquals(errors, ["ProtocolViolation", "ProtocolViolation", "ProtocolViolation"]);
      assertEquals(time.delays, [500]);
    });

    it("a peer that does not answer the Close of a client does not keep the loop from its end", async () => {
      await using server = await rawServer(async (peer) => {
        await peer.handshake();
        await peer.closed();
      });
      const { loop } = loopOf(server.url, { closeTimeout: 20 });
      let clients = 0;
      for await (const client of loop) {
        clients++;
        const { error } = await bounded("the client", client.run({ onActivated: () => client.close() }));
        assertEquals([error?.code, error?.phase], ["Timeout", "close"]);
      }
      assertEquals(clients, 1);
    });

    it("a peer that violates the protocol after the client's Close neither", async () => {
      await using server = await rawServer(async (peer) => {
        await peer.handshake();
        await peer.readFrame();
        await peer.send(hex("83 00"));
        await peer.closed();
      });
      const { loop } = loopOf(server.url);
      let clients = 0;
      for await (const client of loop) {
        clients++;
        const { error } = await bounded("the client", client.run({ onActivated: () => client.close() }));
        assertEquals(error?.code, "ProtocolViolation");
      }
      assertEquals(clients, 1);
    });

    it("close after the connection has ended is no wish to end the loop", async () => {
      await using server = await rawServer(inTurn(async (peer) => {
        await peer.handshake();
        await peer.send(closeFrame(1001));
        await peer.readFrame();
        await peer.end();
      }, waitsForClose));
      const { loop } = loopOf(server.url);
      const codes: number[] = [];
      for await (const client of loop) {
        await using _disposedTwice = client;
        const { code } = await bounded(
          "the client",
          client.run({ onActivated: () => codes.length > 0 && client.close() }),
        );
        codes.push(code);
        client.close();
        client.forceQuit();
      }
      assertEquals(codes, [1001, 1000]);
    });

    it("a callback that throws ends the loop, or whoever catches it goes on", async () => {
      const mine = new RangeError("mine");
      const handler = {
        onActivated() {
          throw mine;
        },
      };
      await using server = await rawServer(async (peer) => {
        await peer.handshake();
        await peer.closed();
      });
      const first = loopOf(server.url).loop;
      const rejected = await assertRejects(async () => {
        for await (const client of first) await client.run(handler);
      });
      assertStrictEquals(rejected, mine);
      assertEquals(first.state, "ended");

      const { loop } = loopOf(server.url);
      let caught = 0;
      for await (const client of loop) {
        await client.run(handler).catch(() => caught++);
        if (caught === 2) break;
      }
      assertEquals(caught, 2);
    });

    it("a body that goes on while its client runs lets it be closed, and what was on its way be delivered", async () => {
      await using server = await rawServer(async (peer) => {
        await peer.handshake();
        const { close } = await peer.readFrame();
        await peer.send(textFrame("late"));
        await peer.send(closeFrame(close?.code));
        await peer.end();
      });
      const { loop } = loopOf(server.url);
      const texts: string[] = [];
      const ends: Promise<unknown>[] = [];
      for await (const client of loop) {
        if (ends.length === 2) break;
        ends.push(client.run({ onTextMessage: (_client, { text }) => void texts.push(text) }));
      }
      assertEquals(texts, ["late", "late"]);
      assertEquals((await Promise.all(ends)).length, 2);
    });

    it("tries several URLs, and comes back to the first", async () => {
      const closes: Script = async (peer) => {
        await peer.handshake();
        await peer.send(closeFrame(1012));
        await peer.readFrame();
        await peer.end();
      };
      await using first = await rawServer(inTurn(unavailable, waitsForClose));
      await using second = await rawServer(closes);
      const { loop, time } = loopOf([first.url, second.url]);
      const urls: string[] = [];
      for await (const client of loop) {
        urls.push(client.url);
        assertEquals(client.url, loop.url);
        await bounded("the client", client.run({ onActivated: () => urls.length === 2 && client.close() }));
      }
      assertEquals(urls, [`${second.url}/`, `${first.url}/`]);
      assertEquals(time.delays, [500]);
    });

    it("headers are read anew for each attempt", async () => {
      const tokens: (string | undefined)[] = [];
      await using server = await rawServer(async (peer) => {
        tokens.push((await peer.handshake()).header("authorization"));
        await peer.send(closeFrame(1008));
        await peer.readFrame();
        await peer.end();
      });
      const headers = new Headers({ authorization: "1" });
      const { loop } = loopOf(server.url, { headers });
      for await (const client of loop) {
        await bounded("the client", client.run({}));
        if (tokens.length === 2) break;
        headers.set("authorization", "2");
      }
      assertEquals(tokens, ["1", "2"]);
    });

    it("a certificate that does not hold is final; TLS that is broken off is not", async () => {
      const { ca, server: identity, wrongHost } = await certificates();
      await using wrong = await rawServer(() => Promise.resolve(), { tls: wrongHost });
      const options = { tls: { caCerts: ca }, maxAttempts: 3 };
      const { loop, time } = loopOf(wrong.url, options);
      const error = await assertRejects(
        () => bounded("the loop", drain(loop)),
        WebSocketError,
        "another host",
      );
      assertEquals([error.code, time.delays], ["TlsFailed", []]);

      // Breaks off in the middle of TLS, then serves it.
      await using plain = await rawServer(async (peer) => {
        await peer.read(1);
        peer.reset();
      });
      const broken = loopOf(plain.url.replace("ws:", "wss:"), options);
      const last = await assertRejects(() => bounded("the loop", drain(broken.loop)), WebSocketError);
      assertEquals([last.code, broken.loop.attempt], ["TlsFailed", 3]);
      await using right = await rawServer(waitsForClose, { tls: identity });
      for await (const client of loopOf(right.url, options).loop) client.close();
    });
  });
}

describe("reconnect and reconnectSync", () => {
  const bad: Record<string, [object, string]> = {
    initialDelay: [
      { initialDelay: 0 },
      "options: initialDelay is 0, allowed: a number of milliseconds above 0",
    ],
    maxDelay: [{ maxDelay: "1s" }, 'options: maxDelay is "1s"'],
    "maxDelay below initialDelay": [
      { initialDelay: 100, maxDelay: 99 },
      "options: maxDelay is 99, allowed: at least initialDelay, 100",
    ],
    stableAfter: [{ stableAfter: NaN }, "options: stableAfter is NaN"],
    maxAttempts: [{ maxAttempts: 0.5 }, "options: maxAttempts is 0.5, allowed: an integer from 1"],
    maxElapsed: [{ maxElapsed: -1 }, "options: maxElapsed is -1"],
    maxRetryAfter: [{ maxRetryAfter: Infinity }, "options: maxRetryAfter is Infinity"],
    shouldReconnect: [{ shouldReconnect: true }, "options: shouldReconnect is true, allowed: a function"],
    "an option of a client": [{ handshakeTimeout: 0 }, "options: handshakeTimeout is 0"],
    "an unknown option": [{ retries: 3 }, "options: retries is not an option"],
    "no options": [null as unknown as object, "options"],
  };
  for (const [name, [options, message]] of Object.entries(bad)) {
    it(`refuse ${name}`, () => {
      for (const style of [{}, { client: AsyncClient }]) {
        const all = options && { ...style, ...options };
        const error = assertThrows(
          () => reconnect(nowhere, all as ReconnectOptions),
          WebSocketError,
          message,
        );
        assertEquals(error.code, "InvalidConfiguration");
      }
      assertThrows(() => reconnectSync(nowhere, options), WebSocketError, message);
    });
  }

  it("refuse URLs that are none, and none at all", () => {
    for (const start of [reconnect, reconnectSync]) {
      for (const urls of ["nonsense", [nowhere, "ftp://example.com"], undefined as unknown as string]) {
        assertEquals(assertThrows(() => start(urls), WebSocketError).code, "InvalidUrl");
      }
      assertThrows(() => start([]), WebSocketError, "reconnect: the list of URLs is empty");
    }
  });

  it("refuse a client of another style", () => {
    const message = "options: client is a function, allowed: NonBlockingClient or AsyncClient";
    const options = { client: class {} } as unknown as ReconnectOptions;
    assertThrows(() => reconnect(nowhere, options), WebSocketError, message);
    assertThrows(() => reconnectSync(nowhere, { client: AsyncClient } as object), WebSocketError, "client");
    const timestamps = { receiveTimestamps: true };
    assertThrows(() => reconnect(nowhere, timestamps), WebSocketError, "receiveTimestamps");
    assertThrows(() => reconnectSync(nowhere, timestamps), WebSocketError, "receiveTimestamps");
  });

  it("what only a transport can refuse is thrown by the loop", async () => {
    const error = await assertRejects(
      () => drain(reconnect(nowhere, { ttl: 1, transport: "node" })),
      WebSocketError,
      "ttl",
    );
    assertEquals(error.code, "InvalidConfiguration");
  });

  it("wait for real", async () => {
    const options = { initialDelay: 2, maxDelay: 4, maxAttempts: 4 };
    await assertRejects(
      () => bounded("the loop", drain(reconnect(nowhere, options))),
      WebSocketError,
      "refused",
    );
    const blocking = reconnectSync(nowhere, { ...options, maxAttempts: 3 });
    assertThrows(() => [...blocking], WebSocketError, "refused");
    assertEquals(blocking.attempt, 3);
  });

  it("a thread that was closed ends the loop, and is a final failure of the next one", async () => {
    await using server = await rawServer(async (peer) => {
      await peer.handshake();
      await peer.closed();
    });
    const thread = new IoThread();
    let clients = 0;
    for await (const client of reconnect(server.url, { client: AsyncClient, thread })) {
      clients++;
      client.run();
      await thread.close();
    }
    await assertRejects(
      async () => {
        for await (const _client of reconnect(server.url, { client: AsyncClient, thread })) clients++;
      },
      WebSocketError,
      "The I/O thread ended",
    );
    assertEquals(clients, 1);
  });

  it("a thread of the program's own is kept for the next client", async () => {
    await using server = await rawServer(inTurn(async (peer) => {
      await peer.handshake();
      await peer.send(closeFrame(1012));
      await peer.readFrame();
      await peer.end();
    }, waitsForClose));
    await using thread = new IoThread();
    const codes: number[] = [];
    for await (const client of reconnect(server.url, { client: AsyncClient, thread, initialDelay: 2 })) {
      const running = client.run();
      if (codes.length > 0) await client.control.close();
      codes.push((await bounded("the client", running.join())).code);
    }
    assertEquals(codes, [1012, 1000]);
  });
});
