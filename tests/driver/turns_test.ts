import { describe, it } from "node:test";
import { assertEquals } from "@std/assert";
import { EventLoopPolling } from "../../src/driver/event_loop_polling.ts";
import { textFrame } from "../support/frames.ts";
import { turn } from "../client/setup.ts";
import { connection } from "./connection.ts";

describe("turns that are announced from outside", () => {
  it("begin with onPoll, and end with onIdle where nothing came; none before run, none behind the end", async () => {
    const { stream, subject } = connection();
    const events: string[] = [];
    subject.turn();
    const running = subject.run({
      onPoll: () => void events.push("poll"),
      onIdle: () => void events.push("idle"),
      onTextMessage: (_, { text }) => void events.push(text),
      onQuit: () => void events.push("quit"),
    }, undefined);
    subject.turn();
    subject.turn();
    stream.sink.onData(textFrame("hello"));
    subject.turn();
    assertEquals(events, ["poll", "idle", "poll", "hello", "poll"]);
    stream.sink.onClose();
    await running;
    events.length = 0;
    subject.turn();
    assertEquals(events, []);
  });
});

describe("polling beside an event loop", () => {
  it("does not pause a connection that has ended between two polls", async () => {
    const calls: string[] = [];
    const over = Promise.withResolvers<void>();
    const subject = {
      finished: false,
      whenFinished: () => over.promise,
      pause: () => void calls.push("pause"),
      resume: () => void calls.push("resume"),
      turn: () => {
        calls.push("turn");
        subject.finished = true;
        over.resolve();
      },
    };
    new EventLoopPolling(1, subject).start();
    for (let count = 0; count < 10; count++) await turn();
    assertEquals(calls, ["pause", "turn", "resume"]);
  });
});
