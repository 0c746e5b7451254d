import { describe, it } from "node:test";
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { type RoundTrips, WebSocketError } from "../../mod.ts";
import { RoundTripHistogram } from "../../src/driver/round_trip_histogram.ts";
import { holds } from "../properties/property.ts";

function roundTrips(times: readonly number[]): RoundTrips {
  const histogram = new RoundTripHistogram();
  for (const time of times) histogram.record(time);
  return histogram.snapshot()!;
}

/** The time at a rank, as a table of all of them has it. */
function exactPercentile(times: readonly number[], percent: number): number {
  const sorted = times.toSorted((a, b) => a - b);
  return sorted[Math.max(1, Math.ceil(percent * times.length / 100)) - 1]!;
}

/** Milliseconds of all sizes, from fractions of a microsecond to minutes. */
const time = fc.double({ min: -4, max: 5.1, noNaN: true }).map((exponent) => 10 ** exponent);

describe("RoundTrips", () => {
  it("percentiles are near the exact ones", async () => {
    const percent = fc.oneof(
      fc.double({ min: 0, max: 100, noNaN: true }),
      fc.constantFrom(0, 50, 99, 99.9, 100),
    );
    const property = fc.property(
      fc.array(time, { minLength: 1, maxLength: 200 }),
      percent,
      (times, percent) => {
        const exact = exactPercentile(times, percent);
        const found = roundTrips(times).percentile(percent);
        return Math.abs(found - exact) <= Math.max(exact * 0.032, 0.001);
      },
    );
    await holds(property, { runs: 500 });
  });

  it("count, min, max and mean are exact", async () => {
    const property = fc.property(fc.array(time, { minLength: 1, maxLength: 50 }), (times) => {
      const { count, min, max, mean } = roundTrips(times);
      const sum = times.reduce((sum, time) => sum + time, 0);
      return count === times.length && min === Math.min(...times) && max === Math.max(...times) &&
        mean === sum / times.length;
    });
    await holds(property, { runs: 200 });
  });

  it("the ends of the range: nothing at all, and hours", () => {
    const zero = roundTrips([0, 5]);
    assertEquals([zero.min, zero.percentile(50), zero.max], [0, 0, 5]);
    const hours = roundTrips([1, 7_200_000, 9_000_000]);
    assertEquals([hours.max, hours.percentile(100)], [9_000_000, 9_000_000]);
    assert(hours.percentile(50) > 130_000, "what is beyond the range is at its end");
  });

  it("a snapshot stays what it is, and its memory does not grow", () => {
    const histogram = new RoundTripHistogram();
    assertEquals(histogram.snapshot(), undefined);
    histogram.record(1);
    const before = histogram.snapshot()!;
    for (let i = 0; i < 1000; i++) histogram.record(i);
    assertEquals([before.count, before.max, before.percentile(99)], [1, 1, 1]);
    assert(RoundTripHistogram.byteLength < 2048, `${RoundTripHistogram.byteLength} bytes`);
  });

  it("lives in memory that threads share", () => {
    const memory = new SharedArrayBuffer(8 + RoundTripHistogram.byteLength);
    const own = new RoundTripHistogram();
    own.record(3);
    new RoundTripHistogram(memory, 8).set(own);
    assertEquals(new RoundTripHistogram(memory, 8).snapshot()!.max, 3);
  });

  it("as JSON it is the summary with percentiles", () => {
    const { count, p50, p90, p99, p999 } = JSON.parse(JSON.stringify(roundTrips([1, 2, 3])));
    assertEquals([count, p90, p99, p999], [3, 3, 3, 3]);
    assert(Math.abs(p50 - 2) < 0.07, p50);
  });

  it("refuses what is no percentage", () => {
    for (const wrong of [-1, 101, NaN, undefined as never as number]) {
      const error = assertThrows(() => roundTrips([1]).percentile(wrong), WebSocketError);
      assertEquals(error.code, "InvalidConfiguration");
      assertEquals(error.message, `percentile: expected 0 to 100, got ${wrong}`);
    }
  });
});
