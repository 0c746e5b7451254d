import { assertEquals } from "@std/assert";
import { describe, it } from "node:test";
import { PayloadView } from "../../src/core/payload.ts";
import { PingTimes } from "../../src/driver/ping_times.ts";

function pong(...bytes: number[]): PayloadView {
  const payload = new PayloadView();
  payload.point(Uint8Array.from(bytes), 0, bytes.length);
  return payload;
}

describe("ping times", () => {
  it("are from a ping to the pong with its payload", () => {
    const times = new PingTimes();
    assertEquals(times.answered(pong(1), 5), undefined);
    times.sent(Uint8Array.of(1), 10);
    times.sent(Uint8Array.of(2), 20);
    assertEquals(times.answered(pong(3), 30), undefined);
    assertEquals(times.answered(pong(2, 2), 30), undefined);
    assertEquals(times.answered(pong(2), 35), 15);
    assertEquals(times.last, 15);
    // What was sent before an answered ping is not waited for any more.
    assertEquals(times.answered(pong(1), 40), undefined);
    assertEquals(times.histogram?.count, 1);
  });

  it("are unknown where two pings have the same payload", () => {
    const times = new PingTimes();
    times.sent(Uint8Array.of(1), 10);
    times.sent(Uint8Array.of(1), 20);
    assertEquals(times.answered(pong(1), 30), undefined);
    assertEquals([times.last, times.histogram], [undefined, undefined]);
  });

  it("of the last 16 pings are waited for", () => {
    const times = new PingTimes();
    for (let ping = 0; ping < 17; ping++) times.sent(Uint8Array.of(ping), ping);
    assertEquals(times.answered(pong(0), 100), undefined);
    assertEquals(times.answered(pong(1), 100), 99);
  });
});
