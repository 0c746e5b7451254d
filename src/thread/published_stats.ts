import { COUNTERS, type Counters, toStats } from "../driver/counters.ts";
import { RoundTripHistogram } from "../driver/round_trip_histogram.ts";
import type { ConnectionStats } from "../driver/stats.ts";

const BUFFERED = COUNTERS.indexOf("bufferedAmount");
const COUNTER_BYTES = COUNTERS.length * 8;

/** A connection's statistics in shared memory: written by the thread that hosts it, read by any. */
export class PublishedStats {
  /** Of the memory. */
  static readonly byteLength: number = COUNTER_BYTES + RoundTripHistogram.byteLength;

  readonly #counters: Float64Array;
  readonly #roundTrips: RoundTripHistogram;

  /** `offset` is a multiple of eight. */
  constructor(memory: SharedArrayBuffer, offset: number) {
    this.#counters = new Float64Array(memory, offset, COUNTERS.length);
    this.#roundTrips = new RoundTripHistogram(memory, offset + COUNTER_BYTES);
  }

  get bufferedAmount(): number {
    return this.#counters[BUFFERED];
  }

  /** What they are for a program; `facts` is what does not change. */
  read(facts: Pick<ConnectionStats, "id" | "connect">): ConnectionStats {
    const counters = Object.fromEntries(COUNTERS.map((name, index) => [name, this.#counters[index]]));
    return toStats(counters as Counters, { ...facts, roundTrips: this.#roundTrips.snapshot() });
  }

  /** Host: makes the present known. */
  publish(counters: Counters, roundTrips: RoundTripHistogram | undefined): void {
    for (let index = 0; index < COUNTERS.length; index++) {
      this.#counters[index] = counters[COUNTERS[index]];
    }
    if (roundTrips !== undefined && roundTrips.count !== this.#roundTrips.count) {
      this.#roundTrips.set(roundTrips);
    }
  }
}
