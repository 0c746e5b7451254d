import { getEventListeners } from "node:events";
import { describe, it } from "node:test";
import { assertEquals, assertRejects } from "@std/assert";
import { type Reconnecting, type ReconnectOptions, WebSocketError } from "../../mod.ts";
import { reconnectNonBlocking } from "../../src/client/reconnect.ts";
import { describeClose } from "../client/recorder.ts";
import { bounded, turn, until } from "../client/setup.ts";
import { closeFrame } from "../support/frames.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { type RawPeer, rawServer } from "../support/raw_server.ts";
import { FastTime } from "./fast_time.ts";
import { drain, inTurn, nowhere, unavailable, waitsForClose } from "./servers.ts";

/** A loop whose time a test moves by hand, with chance in the middle. */
function manual(urls: string | readonly string[], options: ReconnectOptions = {}) {
  const clock = new ManualClock();
  const surroundings = { now: () => clock.now(), date: () => clock.now(), random: () => 0.5 };
  return { clock, loop: reconnectNonBlocking(urls, options, { surroundings, clock }) };
}

describe("a reconnecting loop that waits", () => {
  it("shows what it is doing, and goes on when it is time", async () => {
    const answer = Promise.withResolvers<void>();
    const refuses = async (peer: RawPeer) => {
      await answer.promise;
      await unavailable(peer);
    };
    await using server = await rawServer(inTurn(refuses, waitsForClose));
    const { loop, clock } = manual(server.url, { initialDelay: 1_000 });
    assertEquals([loop.state, loop.attempt, loop.url], ["idle", 0, `${server.url}/`]);
    const running = (async () => {
      for await (const client of loop) {
        assertEquals([loop.state, loop.attempt, loop.current], ["open", 2, client]);
        client.close();
      }
    })();
    await until("the attempt", () => loop.state === "connecting");
    answer.resolve();
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
