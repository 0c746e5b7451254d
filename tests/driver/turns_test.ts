import { describe, it } from "node:test";
import { assertEquals, assertRejects } from "@std/assert";
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

describe("a turn whose callback throws", () => {
  for (const name of ["onPoll", "onIdle"] as const) {
    it(`ends the connection, and run fails with what ${name} threw`, async () => {
      const { stream, subject } = connection();
      const events: string[] = [];
      const running = subject.run({
        [name]: () => {
          throw new RangeError("mine");
        },
        onTextMessage: () => void events.push("text"),
        onQuit: () => void events.push("quit"),
      }, undefined);
      subject.turn();
      subject.turn();
      subject.turn();
      stream.sink.onData(textFrame("hello"));
      await assertRejects(() => running, RangeError, "mine");
      assertEquals([events, stream.calls.at(-1)], [["quit"], "destroy"]);
    });
  }
});

describe("polling beside an event loop", () => {
  /** What is asked of a connection that has ended before it begins, or by its first turn. */
  async function polled(finished: boolean): Promise<string[]> {
    const calls: string[] = [];
    const over = Promise.withResolvers<void>();
    const subject = {
      finished,
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
    return calls;
  }

  it("does not pause a connection that has ended between two polls", async () => {
    assertEquals(await polled(false), ["pause", "turn", "resume"]);
  });

  it("makes no turn of a connection that has ended before", async () => {
    assertEquals(await polled(true), ["pause"]);
  });
});
