import { describe, it } from "node:test";
import { assert, assertEquals } from "@std/assert";
import { PollClock } from "../../src/driver/poll_clock.ts";
import { PolledByteStream, sleep } from "../../src/driver/polled_byte_stream.ts";
import { PollLoop } from "../../src/driver/poll_loop.ts";
import type { SyscallSocket } from "../../src/transport/syscall/syscall_socket.ts";
import { WOULD_BLOCK } from "../../src/transport/syscall/polled_stream.ts";
import { turn } from "../client/setup.ts";

/** A stream on which nothing comes; each wait takes 10 ms, and is noted. */
function silentStream(waits: number[]): PolledByteStream {
  const stream = new PolledByteStream({
    socket: {} as SyscallSocket,
    read: () => WOULD_BLOCK,
    write: () => 0,
    wait: (timeoutMs) => {
      waits.push(timeoutMs);
      sleep(10);
      return false;
    },
    shutdown: () => {},
    close: () => {},
  });
  stream.resume();
  return stream;
}

describe("PollLoop.run", () => {
  const connection = { turn: () => {}, finished: false, whenFinished: () => Promise.resolve() };
  const loopOver = (waits: number[]) =>
    new PollLoop({
      connection,
      stream: silentStream(waits),
      clock: new PollClock(),
      spinWaitDuration: undefined,
    });

  it("bounds each sleep by the limit", () => {
    const waits: number[] = [];
    loopOver(waits).run(() => waits.length === 3, 20);
    assertEquals(waits, [20, 20, 20]);
  });

  it("does not sleep beyond the deadline, however often it was woken", () => {
    const waits: number[] = [];
    loopOver(waits).run(() => waits.length === 4, Infinity, performance.now() + 25);
    assert(waits[0]! <= 25, waits.join());
    waits.reduce((before, wait) => {
      assert(wait <= Math.max(0, before - 9), waits.join());
      return wait;
    });
    assertEquals(waits.at(-1), 0);
  });

  it("with a spinWaitDuration, sleeps for that long between two looks, and not in the kernel", () => {
    const waits: number[] = [];
    let turns = 0;
    const loop = new PollLoop({
      connection: { ...connection, turn: () => turns++ },
      stream: silentStream(waits),
      clock: new PollClock(),
      spinWaitDuration: 5,
    });
    const before = performance.now();
    loop.run(() => turns === 4);
    assert(performance.now() - before >= 4 * 5 - 1, "it did not sleep");
    assertEquals(waits, []);
  });
});

describe("PollLoop.start", () => {
  for (const spinWaitDuration of [undefined, null, 1]) {
    it(`makes no turn behind the one that ends the connection, spinWaitDuration ${spinWaitDuration}`, async () => {
      let turns = 0;
      const over = Promise.withResolvers<void>();
      const connection = {
        finished: false,
        whenFinished: () => over.promise,
        turn: () => {
          if (++turns < 3) return;
          connection.finished = true;
          over.resolve();
        },
      };
      const stream = silentStream([]);
      new PollLoop({ connection, stream, clock: new PollClock(), spinWaitDuration }).start();
      await over.promise;
      for (let count = 0; count < 5; count++) await turn();
      assertEquals(turns, 3);
    });
  }
});
