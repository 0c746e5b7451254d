import { describe, it } from "node:test";
import { assertEquals, assertThrows } from "@std/assert";
import { DemoSession } from "../../scripts/demo_session.ts";
import { demoTable } from "../../scripts/demo_table.ts";

/** Answers each message by `echo`, until the session has no more to say. */
function converse(session: DemoSession, echo: (message: string | Uint8Array) => string | Uint8Array): void {
  let message: string | Uint8Array | undefined = session.begin();
  while (message !== undefined) message = session.next(echo(message));
}

describe("demo", () => {
  it("ends when everything has come back", () => {
    const session = new DemoSession();
    let count = 0;
    converse(session, (message) => {
      count++;
      return message;
    });
    assertEquals(count, 1 + 500 + 2_000 + 1);
    session.report();
  });

  it("notices an echo with one other bit, short or long", () => {
    for (const length of [64, 1 << 20]) {
      const damaged = (message: string | Uint8Array) => {
        if (message.length !== length) return message;
        const copy = Uint8Array.from(message as Uint8Array);
        copy[length - 1]! ^= 1;
        return copy;
      };
      assertThrows(() => converse(new DemoSession(), damaged), Error, `${length} bytes came back changed`);
    }
    assertThrows(() => converse(new DemoSession(), () => "Hello"), Error, "got Hello");
  });

  it("notices a connection that ended early", () => {
    const session = new DemoSession();
    session.next(session.begin());
    assertThrows(() => session.report(), Error, "ended before everything had come back");
  });

  it("prints a table with words to the left and numbers to the right", () => {
    const result = { scheme: "ws", messages: 5_004, bytes: 12, median: 61.6, p99: 1_200 } as const;
    const table = demoTable([
      { runtime: "deno", style: "async", ...result },
      { runtime: "bun", style: "blocking", ...result },
    ]);
    assertEquals(table.split("\n"), [
      "runtime  client    url    messages  bytes  median    p99",
      "-------  --------  -----  --------  -----  ------  -----",
      "deno     async     ws://     5,004     12      62  1,200",
      "bun      blocking  ws://     5,004     12      62  1,200",
    ]);
  });
});
