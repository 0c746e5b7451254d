import { describe, it } from "node:test";
import { assertEquals } from "@std/assert";
import { Pause } from "../../src/driver/pause.ts";
import { closeFrame, concat, textFrame } from "../support/frames.ts";
import { bounded } from "../client/setup.ts";
import { connection } from "./connection.ts";

const three = concat(textFrame("one"), textFrame("two"), textFrame("three"));

describe("a paused connection", () => {
  it("in the middle of a chunk: the rest is delivered by resume, ahead of what came later", () => {
    const { events, run, stream, subject } = connection({
      onText: (text) => text === "one" && subject.pause(),
    });
    void run();
    stream.sink.onData(three.slice());
    assertEquals([events, stream.calls.at(-1)], [["text one"], "pause"]);
    // One chunk more may come behind a pause.
    stream.sink.onData(textFrame("four"));
    assertEquals(events, ["text one"]);
    subject.resume();
    assertEquals(events, ["text one", "text two", "text three", "text four"]);
    assertEquals(stream.calls.at(-1), "resume");
  });

  it("keeps what it was given, though the memory is the stream's", () => {
    const { events, run, stream, subject } = connection({ onText: () => subject.pause() });
    void run();
    const chunk = three.slice();
    stream.sink.onData(chunk);
    chunk.fill(0);
    subject.resume();
    subject.resume();
    assertEquals(events, ["text one", "text two", "text three"]);
  });

  it("FIN waits for what is kept", async () => {
    const { events, run, stream, subject } = connection({
      onText: (text) => text === "one" && subject.pause(),
    });
    const running = run();
    stream.sink.onData(three);
    stream.sink.onEnd();
    assertEquals(stream.calls.includes("destroy"), false);
    subject.resume();
    await running;
    assertEquals(events, ["text one", "text two", "text three", "closed 1006", "quit"]);
  });

  it("a stream that is gone waits for what is kept", async () => {
    const { events, run, stream, subject } = connection({
      onText: (text) => text === "one" && subject.pause(),
    });
    const running = run();
    stream.sink.onData(concat(three, closeFrame(3000)));
    stream.sink.onEnd();
    stream.sink.onClose();
    assertEquals([events, subject.state], [["text one"], "closed"]);
    subject.resume();
    await running;
    assertEquals(events, ["text one", "text two", "text three", "closed 3000", "quit"]);
  });

  it("forceQuit does not wait for what is kept", async () => {
    const { events, run, stream, subject } = connection({ onText: () => subject.pause() });
    const running = run();
    stream.sink.onData(three);
    subject.forceQuit();
    await running;
    assertEquals(events, ["text one", "quit"]);
  });

  it("forceQuit does not wait for what is kept, where the stream is gone already", async () => {
    const { events, run, stream, subject } = connection({ onText: () => subject.pause() });
    const running = run();
    stream.sink.onData(three);
    stream.sink.onClose();
    assertEquals([events, subject.finished], [["text one"], false]);
    subject.forceQuit();
    assertEquals([events, subject.finished], [["text one", "quit"], true]);
    await running;
  });

  it("forceQuit in a callback that has paused does not wait for the rest", async () => {
    const { events, run, stream, subject } = connection({
      onText: () => {
        subject.pause();
        subject.forceQuit();
      },
    });
    const running = run();
    stream.sink.onData(three);
    await bounded("the end", running, 1000);
    assertEquals(events, ["text one", "quit"]);
  });

  it("forceQuit in a callback about what is kept, the stream gone: the callback returns before onQuit", async () => {
    const { events, run, stream, subject } = connection({
      onText: (text) => {
        if (text === "one") return subject.pause();
        subject.forceQuit();
        events.push("returns");
      },
    });
    const running = run();
    stream.sink.onData(three);
    stream.sink.onClose();
    subject.resume();
    await running;
    assertEquals(events, ["text one", "text two", "returns", "quit"]);
  });

  it("for two reasons: one of them gone is not enough", () => {
    const { events, run, stream, subject } = connection();
    void run();
    subject.pause(Pause.Reader);
    subject.pause(Pause.BetweenPolls);
    stream.sink.onData(textFrame("x"));
    subject.resume(Pause.BetweenPolls);
    assertEquals(events, []);
    subject.resume(Pause.Reader);
    assertEquals(events, ["text x"]);
  });

  it("before run(): nothing is delivered until it is resumed", () => {
    const { events, run, stream, subject } = connection();
    subject.pause();
    void run();
    assertEquals(stream.calls.includes("resume"), false);
    subject.resume();
    assertEquals(stream.calls.at(-1), "resume");
    stream.sink.onData(textFrame("x"));
    assertEquals(events, ["text x"]);
  });
});
