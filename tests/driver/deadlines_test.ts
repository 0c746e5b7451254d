import { describe, it } from "node:test";
import { assertEquals } from "@std/assert";
import { closeFrame, frame, pongFrame, textFrame } from "../support/frames.ts";
import { describeFrames } from "../client/client_frames.ts";
import { connection } from "./connection.ts";

/** Lets the microtasks run in which a stream tells that it is gone. */
const settled = () => new Promise((resolve) => setTimeout(resolve));

describe("deadlines of a connection", () => {
  it("close() unanswered: dropped after closeTimeout, not before", async () => {
    const { clock, events, run, stream, subject } = connection({ settings: { closeTimeout: 100 } });
    const running = run();
    subject.close(1000, "");
    clock.advance(99);
    assertEquals(stream.calls.includes("destroy"), false);
    clock.advance(1);
    assertEquals(stream.calls.includes("destroy"), true);
    const close = await running;
    assertEquals(events, ["Timeout close", "quit"]);
    assertEquals([close.code, close.wasClean, clock.pending], [1006, false, 0]);
    assertEquals(describeFrames(stream.written).length, 1, "one Close");
  });

  it("with an interval between polls, the answer to close() may lie in the socket for that long", async () => {
    const { clock, events, run, stream, subject } = connection({
      settings: { closeTimeout: 100, spinWaitDuration: 300 },
    });
    const running = run();
    subject.close(1000, "");
    clock.advance(399);
    assertEquals(stream.calls.includes("destroy"), false);
    clock.advance(1);
    assertEquals((await running).error?.message, "the peer did not answer Close within closeTimeout, 100 ms");
    assertEquals(events, ["Timeout close", "quit"]);
  });

  it("messages that come after close() do not put the deadline off", () => {
    const { clock, events, run, stream, subject } = connection({ settings: { closeTimeout: 100 } });
    void run();
    subject.close(1000, "");
    for (let i = 0; i < 10; i++) {
      stream.sink.onData(textFrame("more"));
      clock.advance(10);
    }
    assertEquals(stream.calls.includes("destroy"), true);
    assertEquals(events.length, 10);
  });

  it("Close answered: the server has the rest of closeTimeout to end the stream, then it is dropped", async () => {
    const { clock, events, run, stream, subject } = connection({ settings: { closeTimeout: 100 } });
    const running = run();
    subject.close(1000, "");
    clock.advance(60);
    stream.sink.onData(closeFrame(1000));
    assertEquals([subject.state, stream.calls.includes("destroy")], ["closing", false]);
    clock.advance(40);
    assertEquals((await running).wasClean, true);
    assertEquals([events, clock.pending], [["closed 1000", "quit"], 0]);
  });

  it("the server's Close starts the same wait", async () => {
    const { clock, run, stream } = connection({ settings: { closeTimeout: 100 } });
    const running = run();
    stream.sink.onData(closeFrame(1000));
    clock.advance(99);
    assertEquals(stream.calls.includes("destroy"), false);
    clock.advance(1);
    assertEquals((await running).initiator, "remote");
  });

  it("44 the server's Close whose answer could not be written does not end clean", async () => {
    const { clock, run, stream, subject } = connection({ settings: { closeTimeout: 100 }, room: 0 });
    const running = run();
    subject.sending.binary(new Uint8Array(100));
    stream.sink.onData(closeFrame(1000));
    clock.advance(100);
    const close = await running;
    assertEquals([close.code, close.initiator, close.wasClean], [1000, "remote", false]);
  });

  it("after a violation the peer gets a second at most to read our Close", async () => {
    for (const [closeTimeout, wait] of [[5000, 1000], [100, 100]] as const) {
      const { clock, events, run, stream } = connection({ settings: { closeTimeout } });
      const running = run();
      stream.sink.onData(frame({ opcode: 3 }));
      assertEquals(events, ["ProtocolViolation"]);
      assertEquals(stream.calls.includes("shutdown"), true);
      clock.advance(wait - 1);
      assertEquals(stream.calls.includes("destroy"), false);
      clock.advance(1);
      await running;
      assertEquals(events, ["ProtocolViolation", "quit"]);
    }
  });

  it("a stream that ends in time leaves no timer behind", async () => {
    const { clock, run, stream, subject } = connection();
    const running = run();
    subject.close(1000, "");
    stream.sink.onData(closeFrame(1000));
    stream.sink.onEnd();
    assertEquals(stream.calls.includes("shutdown"), true);
    stream.sink.onClose();
    await running;
    assertEquals(clock.pending, 0);
  });

  it("FIN behind our last bytes waits until they are written", async () => {
    const { run, stream, subject } = connection({ room: 3 });
    const running = run();
    subject.close(1000, "");
    stream.sink.onData(closeFrame(1000));
    stream.sink.onEnd();
    assertEquals(stream.calls.includes("shutdown"), false);
    stream.take(stream.unsent);
    assertEquals(stream.calls.includes("shutdown"), true);
    stream.sink.onClose();
    await running;
  });

  it("keepAlive: pings, and gives up with a last Close", async () => {
    const { clock, events, run, stream } = connection({
      settings: { keepAlive: { interval: 100, timeout: 50 } },
    });
    const running = run();
    clock.advance(100);
    assertEquals(describeFrames(stream.written), ["9"]);
    stream.sink.onData(pongFrame());
    clock.advance(1000);
    await running;
    assertEquals(events, ["pong", "Timeout keepAlive", "quit"]);
    assertEquals(describeFrames(stream.written).slice(1), ["9", "8 \u0003\uFFFD"]);
    assertEquals(clock.pending, 0);
  });

  it("keepAlive with a backlog that leaves no room for a ping: no ping, and the same verdict", async () => {
    const { clock, events, run, stream, subject } = connection({
      settings: { keepAlive: { interval: 100, timeout: 50 }, maxBufferedAmount: 106 },
      room: 0,
    });
    const running = run();
    subject.sending.binary(new Uint8Array(100));
    clock.advance(1000);
    await running;
    assertEquals(events, ["Timeout keepAlive", "quit"]);
    assertEquals(subject.stats.framesSent, 2, "the message and the Close");
    assertEquals(stream.writes.length, 1);
  });

  it("keepAlive does not run before run(), where nothing is read", () => {
    const { clock, stream, run } = connection({ settings: { keepAlive: { interval: 100, timeout: 50 } } });
    clock.advance(10_000);
    assertEquals(stream.calls, []);
    void run();
    clock.advance(99);
    assertEquals(stream.writes, []);
  });

  it("keepAlive leaves a closing connection to closeTimeout", async () => {
    for (const answered of [false, true]) {
      const { clock, events, run, stream, subject } = connection({
        settings: { keepAlive: { interval: 10, timeout: 10 }, closeTimeout: 1000 },
      });
      const running = run();
      subject.close(1000, "");
      if (answered) stream.sink.onData(closeFrame(1000));
      clock.advance(999);
      assertEquals(stream.calls.includes("destroy"), false);
      clock.advance(1);
      await running;
      assertEquals(events, [answered ? "closed 1000" : "Timeout close", "quit"]);
    }
  });

  it("lastRoundTrip is the time from the last ping to the first pong behind it", () => {
    const { clock, run, stream, subject } = connection();
    void run();
    stream.sink.onData(pongFrame());
    assertEquals(subject.stats.lastRoundTrip, undefined);
    subject.sending.ping();
    clock.advance(7);
    stream.sink.onData(pongFrame());
    assertEquals(subject.stats.lastRoundTrip, 7);
    clock.advance(100);
    stream.sink.onData(pongFrame());
    assertEquals(subject.stats.lastRoundTrip, 7);
  });

  it("a connection that is dropped while a deadline runs is told of once", async () => {
    const { clock, events, run, stream, subject } = connection({ settings: { closeTimeout: 100 } });
    const running = run();
    subject.close(1000, "");
    stream.sink.onClose(Object.assign(new Error("reset"), { code: "ECONNRESET" }));
    clock.advance(1000);
    await running;
    await settled();
    assertEquals(events, ["closed 1006", "quit"]);
  });

  it("whatever ends a connection, no timer is left", async () => {
    for (const error of [undefined, { code: "ECONNRESET" }, { code: "EIO" }]) {
      const { clock, run, stream } = connection({ settings: { keepAlive: { interval: 100, timeout: 50 } } });
      const running = run();
      stream.sink.onClose(error);
      await running;
      assertEquals(clock.pending, 0);
    }
  });
});
