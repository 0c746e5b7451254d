import { describe, it } from "node:test";
import { assertEquals } from "@std/assert";
import type { Payload } from "../../mod.ts";
import { PingTimes } from "../../src/driver/ping_times.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

/** Pings and pongs by their times: `["a", 10]` is sent, `[10, "a"]` comes back. Answers what each pong ended. */
function measured(...steps: (readonly [string, number] | readonly [number, string])[]) {
  const pings = new PingTimes();
  const found: (number | undefined)[] = [];
  for (const [first, second] of steps) {
    if (typeof first === "string") pings.sent(bytes(first), second as number);
    else found.push(pings.answered({ bytes: bytes(second as string) } as Payload, first));
  }
  return { found, count: pings.histogram?.snapshot()?.count ?? 0, last: pings.last };
}

describe("PingTimes", () => {
  it("a round trip is from a ping to the pong with its payload", () => {
    const { found, last } = measured(["a", 0], ["b", 10], [15, "a"], [40, "b"]);
    assertEquals([found, last], [[15, 30], 30]);
  });

  it("of several pings a peer may answer only the latest", () => {
    assertEquals(measured(["a", 0], ["b", 10], [15, "b"], ["c", 20], [26, "c"]).found, [5, 6]);
  });

  it("pongs that nobody asked for end none", () => {
    const { found, count } = measured([1, ""], ["a", 2], [3, ""], [4, "b"], [5, "a"], [6, "a"]);
    assertEquals([found, count], [[undefined, undefined, undefined, 3, undefined], 1]);
  });

  it("where two pings look the same, it is not guessed which was answered", () => {
    const { found, last, count } = measured(["", 0], ["", 10], [12, ""], [13, ""], ["", 20], [25, ""]);
    assertEquals([found, last, count], [[undefined, undefined, 5], 5, 1]);
  });

  it("a peer that answers nothing takes no memory", () => {
    const pings = new PingTimes();
    for (let i = 0; i < 100; i++) pings.sent(bytes(`${i}`), i);
    assertEquals(pings.answered({ bytes: bytes("80") } as Payload, 100), undefined);
    assertEquals(pings.answered({ bytes: bytes("84") } as Payload, 100), 16);
  });

  it("a payload may be changed once it was sent", () => {
    const pings = new PingTimes();
    const payload = bytes("a");
    pings.sent(payload, 0);
    payload[0] = 0;
    assertEquals(pings.answered({ bytes: bytes("a") } as Payload, 7), 7);
  });
});
