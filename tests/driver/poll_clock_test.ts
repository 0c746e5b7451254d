import { afterEach, beforeEach, describe, it } from "node:test";
import { assertEquals } from "@std/assert";
import { PollClock } from "../../src/driver/poll_clock.ts";

const { now } = performance;
/** What the clock shows. */
let time = 1000;

describe("a clock that is asked", () => {
  beforeEach(() => void (performance.now = () => time));
  afterEach(() => void (performance.now = now));

  /** A clock, and timers that write down that they went off. */
  function setUp() {
    const clock = new PollClock();
    const log: string[] = [];
    const after = (delay: number, then = () => {}) =>
      clock.after(delay, () => {
        log.push(`${delay}`);
        then();
      });
    return { clock, log, after };
  }

  it("calls back what is due, and only that, once", () => {
    const { clock, log, after } = setUp();
    assertEquals(clock.untilNext, Infinity);
    clock.tick();
    after(20);
    after(10);
    assertEquals(clock.untilNext, 10);
    time += 9;
    clock.tick();
    assertEquals([log, clock.untilNext], [[], 1]);
    time += 1;
    clock.tick();
    clock.tick();
    assertEquals([log, clock.untilNext], [["10"], 10]);
    time += 50;
    assertEquals(clock.untilNext, 0);
    clock.tick();
    assertEquals([log, clock.untilNext], [["10", "20"], Infinity]);
  });

  it("a timer that was cancelled does not go off, nor is it waited for", () => {
    const { clock, log, after } = setUp();
    after(30);
    after(10).cancel();
    assertEquals(clock.untilNext, 30);
    time += 30;
    clock.tick();
    assertEquals(log, ["30"]);
  });

  it("nor does one that another one cancels in the same moment", () => {
    const { clock, log, after } = setUp();
    after(10, () => second.cancel());
    const second = after(11);
    time += 20;
    clock.tick();
    assertEquals([log, clock.untilNext], [["10"], Infinity]);
  });

  it("a timer set by another one waits for its own time", () => {
    const { clock, log, after } = setUp();
    after(10, () => after(0));
    time += 10;
    clock.tick();
    assertEquals([log, clock.untilNext], [["10"], 0]);
    clock.tick();
    assertEquals(log, ["10", "0"]);
  });
});
