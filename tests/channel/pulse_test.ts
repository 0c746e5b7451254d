import { assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "node:test";
import { Pulse, PulseWatch } from "../../src/channel/pulse.ts";
import { WebSocketError } from "../../src/core/errors.ts";

/** Runs with a clock that stands still until it is told otherwise. */
function withClock(run: (advance: (duration: number) => void) => void): void {
  const { now } = performance;
  let time = 1000;
  performance.now = () => time;
  try {
    run((duration) => time += duration);
  } finally {
    performance.now = now;
  }
}

describe("pulse", () => {
  it("has stopped when it is silent for as long as the limit, in two looks at least", () => {
    withClock((advance) => {
      const pulse = new Pulse(new Int32Array(1), 0);
      const watch = new PulseWatch(pulse, 100);
      advance(1000);
      watch.check();
      advance(1000);
      // It has never begun.
      watch.check();
      pulse.beat();
      watch.check();
      advance(49);
      watch.check();
      pulse.beat();
      watch.check();
      // However long this thread was suspended.
      advance(3_600_000);
      watch.check();
      advance(49);
      watch.check();
      advance(1);
      const error = assertThrows(() => watch.check(), WebSocketError);
      assertEquals([error.code, error.phase], ["Timeout", "thread"]);
      assertEquals(
        error.message,
        "The I/O thread has given no sign of life for 100 ms; it was probably terminated",
      );
    });
  });
});
