import { describe, it } from "node:test";
import { assertEquals } from "@std/assert";
import { KeepAlive } from "../../src/driver/keep_alive.ts";
import { ManualClock } from "../support/manual_clock.ts";

/** What happened, each with its time. */
function keepAlive(options: { interval: number; timeout: number }) {
  const clock = new ManualClock();
  const log: string[] = [];
  const state = { paused: false };
  const subject = new KeepAlive(options, clock, {
    ping: () => void log.push(`ping ${clock.now()}`),
    missed: () => {},
    dead: () => void log.push(`dead ${clock.now()}`),
    isPaused: () => state.paused,
  });
  return { clock, log, state, subject };
}

describe("keep-alive", () => {
  it("pings after the interval, and calls a peer dead that stays silent for the timeout", () => {
    const { clock, log } = keepAlive({ interval: 100, timeout: 50 });
    clock.advance(99);
    assertEquals(log, []);
    clock.advance(1);
    assertEquals(log, ["ping 100"]);
    clock.advance(49);
    assertEquals(log, ["ping 100"]);
    clock.advance(1000);
    // Some turns of the loop more: the answer may lie in the socket.
    assertEquals(log, ["ping 100", "dead 160"]);
    assertEquals(clock.pending, 0);
  });

  it("anything that comes puts the ping off", () => {
    const { clock, log, subject } = keepAlive({ interval: 100, timeout: 50 });
    for (let i = 0; i < 10; i++) {
      clock.advance(60);
      subject.onActivity();
    }
    assertEquals(log, []);
    clock.advance(100);
    assertEquals(log, ["ping 700"]);
  });

  it("anything that comes behind the ping is a sign of life", () => {
    const { clock, log, subject } = keepAlive({ interval: 100, timeout: 50 });
    clock.advance(120);
    subject.onActivity();
    clock.advance(99);
    assertEquals(log, ["ping 100"]);
    clock.advance(101);
    assertEquals(log.slice(0, 2), ["ping 100", "ping 220"]);
  });

  it("answered pings follow each other by the interval, however long the timeout", () => {
    const { clock, log, subject } = keepAlive({ interval: 100, timeout: 5000 });
    for (let i = 0; i < 4; i++) {
      clock.advance(110 - (i === 0 ? 0 : 10));
      subject.onActivity();
    }
    assertEquals(log, ["ping 100", "ping 210", "ping 310", "ping 410"]);
    clock.advance(6000);
    assertEquals(log.slice(4), ["ping 510", "dead 5520"]);
  });

  it("an answer in the last of the extra turns counts", () => {
    const { clock, log, subject } = keepAlive({ interval: 100, timeout: 50 });
    clock.advance(159);
    subject.onActivity();
    clock.advance(50);
    assertEquals(log, ["ping 100"]);
  });

  it("a thread that stalled past all deadlines gets turns to read before the peer is dead", () => {
    const { clock, log, subject } = keepAlive({ interval: 100, timeout: 50 });
    clock.advance(100);
    clock.stall(10_000);
    // The loop runs timers first, then looks at its sockets.
    clock.advance(0);
    assertEquals(log, ["ping 100"]);
    subject.onActivity();
    clock.advance(20);
    assertEquals(log, ["ping 100"]);
  });

  it("while nothing is read because the program does not keep up, silence says nothing", () => {
    const { clock, log, state } = keepAlive({ interval: 100, timeout: 50 });
    state.paused = true;
    clock.advance(1000);
    assertEquals(log, []);
    state.paused = false;
    clock.advance(110);
    assertEquals(log.length, 1, "a ping, once there was a whole interval of silence");
    state.paused = true;
    clock.advance(1000);
    assertEquals(log.length, 1, "and no verdict while paused again");
  });

  it("stop() ends it in both phases", () => {
    for (const before of [50, 120]) {
      const { clock, log, subject } = keepAlive({ interval: 100, timeout: 50 });
      clock.advance(before);
      const soFar = log.length;
      subject.stop();
      clock.advance(10_000);
      assertEquals([log.length, clock.pending], [soFar, 0]);
    }
  });
});
