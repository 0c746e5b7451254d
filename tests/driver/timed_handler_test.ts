import { describe, it } from "node:test";
import { assertEquals, assertThrows } from "@std/assert";
import type { Handler } from "../../mod.ts";
import { TimedHandler } from "../../src/driver/timed_handler.ts";

/** Callbacks about something that was received, which has a time. */
const timed = ["onTextMessage", "onBinaryMessage", "onMessagePart", "onPing", "onPong"] as const;
const others = [
  "onActivated",
  "onPoll",
  "onIdle",
  "onDrain",
  "onConnectionClosed",
  "onError",
  "onQuit",
] as const;

type Callback = (client: undefined, what?: unknown) => void;

describe("a handler with receive times", () => {
  it("hands every callback on, and knows the time during those about something received", () => {
    const events: string[] = [];
    const note = (name: string): Callback => (_, what) =>
      void events.push(`${name} ${what} ${subject.receivedAt}`);
    const handler = Object.fromEntries([...timed, ...others].map((name) => [name, note(name)]));
    const subject = new TimedHandler(handler as Handler<undefined>, { receivedAt: 5 });
    for (const name of [...timed, ...others]) {
      (subject[name] as Callback).call(subject, undefined, "x");
      assertEquals(subject.receivedAt, undefined);
    }
    const withArgument = new Set<string>([...timed, "onConnectionClosed", "onError"]);
    assertEquals(
      events,
      [
        ...timed.map((name) => `${name} x 5`),
        ...others.map((name) => {
          return `${name} ${withArgument.has(name) ? "x" : undefined} undefined`;
        }),
      ],
    );
  });

  it("knows no time behind a callback that threw", () => {
    const fails = (): never => {
      throw new RangeError("mine");
    };
    for (const name of timed) {
      const subject = new TimedHandler<undefined>({ [name]: fails }, { receivedAt: 5 });
      assertThrows(() => (subject[name] as Callback)(undefined), RangeError);
      assertEquals(subject.receivedAt, undefined);
    }
  });

  it("needs none of the callbacks, and has onError only where the handler has", () => {
    const subject = new TimedHandler<undefined>({}, { receivedAt: 5 });
    for (const name of [...timed, ...others]) {
      (subject[name] as Callback | undefined)?.call(subject, undefined);
    }
    assertEquals(subject.onError, undefined);
  });
});
