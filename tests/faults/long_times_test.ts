import { describe, it } from "node:test";
import { assert, assertEquals, assertLess } from "@std/assert";
import { describeFrames } from "../client/client_frames.ts";
import { connection } from "../driver/connection.ts";
import { pongFrame, textFrame } from "../support/frames.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const keepAlive = { interval: 30 * SECOND, timeout: 10 * SECOND };

describe("long times, by a clock that is moved", () => {
  it("ten idle hours: a ping each half minute, and never more than one timer", () => {
    const { clock, events, run, stream, subject } = connection({ settings: { keepAlive } });
    void run();
    let most = 0;
    for (let time = 0; time < 10 * HOUR; time += SECOND) {
      const before = stream.writes.length;
      clock.advance(SECOND);
      if (stream.writes.length > before) stream.sink.onData(pongFrame());
      most = Math.max(most, clock.pending);
    }
    const pings = describeFrames(stream.written).length;
    assert(pings >= 10 * HOUR / (keepAlive.interval + 2 * SECOND) && pings <= 10 * HOUR / keepAlive.interval);
    assertEquals([events.length, most, subject.state], [pings, 1, "open"]);
  });

  it("a reader that stops for an hour: the peer is not called dead, and what came is delivered then", () => {
    const { clock, events, run, stream, subject } = connection({ settings: { keepAlive } });
    void run();
    subject.pause();
    stream.sink.onData(textFrame("early"));
    clock.advance(HOUR);
    assertEquals([events, subject.state, stream.calls.includes("destroy")], [[], "open", false]);
    subject.resume();
    assertEquals(events, ["text early"]);
    // From here on, silence counts again.
    clock.advance(keepAlive.interval + keepAlive.timeout + SECOND);
    assertEquals(stream.calls.includes("destroy"), true);
  });

  it("a peer that does not read for an hour, and answers no ping: its end comes in time, with all of it unsent", async () => {
    const { clock, events, run, stream, subject } = connection({ settings: { keepAlive }, room: 0 });
    const running = run();
    subject.sending.binary(new Uint8Array(1000));
    let waited = 0;
    for (; waited < HOUR && !stream.calls.includes("destroy"); waited += SECOND) clock.advance(SECOND);
    assertLess(waited, MINUTE);
    assertEquals([(await running).code, events, clock.pending], [1006, ["Timeout keepAlive", "quit"], 0]);
    assertEquals(subject.sending.waiting, 0);
  });

  it("a thread that stands still for an hour: what lies in the socket is read before the peer is called dead", () => {
    const { clock, events, run, stream, subject } = connection({ settings: { keepAlive } });
    void run();
    clock.advance(keepAlive.interval);
    clock.stall(HOUR);
    clock.advance(1);
    assertEquals(stream.calls.includes("destroy"), false);
    stream.sink.onData(pongFrame());
    clock.advance(MINUTE / 4);
    assertEquals([events, subject.state], [["pong"], "open"]);
  });
});
