import { WebSocketError } from "../core/errors.ts";
import { bucketMiddle } from "./round_trip_buckets.ts";

/** What round trips add up to, beside how often each time was. Milliseconds. */
export interface RoundTripSummary {
  /** How many were measured. */
  readonly count: number;
  /** The shortest. */
  readonly min: number;
  /** The longest. */
  readonly max: number;
  /** Their mean. */
  readonly mean: number;
}

/**
 * The round trips of a connection's pings, those of `keepAlive` and those of `sendPing`, in milliseconds. A snapshot.
 *
 * A round trip is the time from a ping to the pong with the same payload. It is not measured where two pings with the
 * same payload are on their way at once.
 *
 * @example
 * ```ts
 * import { NonBlockingClient } from "@silver9/websocket";
 *
 * const client = await NonBlockingClient.connect("wss://example.com/feed");
 * await client.run({
 *   onActivated: (client) => client.sendPing(),
 *   onPong: (client) => {
 *     const { count, mean } = client.stats.roundTrips!;
 *     console.log(count, mean, client.stats.roundTrips!.percentile(99));
 *     client.close();
 *   },
 * });
 * ```
 */
export class RoundTrips implements RoundTripSummary {
  /** How many were measured: one at least. */
  readonly count: number;
  /** The shortest, exactly. */
  readonly min: number;
  /** The longest, exactly. */
  readonly max: number;
  /** Their mean, exactly. */
  readonly mean: number;

  readonly #buckets: Uint32Array;

  /** @internal Of a histogram. */
  constructor(summary: RoundTripSummary, buckets: Uint32Array) {
    ({ count: this.count, min: this.min, max: this.max, mean: this.mean } = summary);
    this.#buckets = buckets;
  }

  /**
   * The time that so many percent of the round trips took at most: 50 for the median, 99 for all but one in a hundred.
   * Within 3.2 %, or one microsecond, of the round trip at that rank; 0 and 100 are `min` and `max`.
   *
   * @throws {WebSocketError} `InvalidConfiguration` for what is not from 0 to 100.
   */
  percentile(percent: number): number {
    if (!(percent >= 0 && percent <= 100)) {
      throw new WebSocketError("InvalidConfiguration", `percentile: expected 0 to 100, got ${percent}`);
    }
    if (percent === 0) return this.min;
    let left = Math.max(1, Math.ceil(percent * this.count / 100));
    if (left >= this.count) return this.max;
    const bucket = this.#buckets.findIndex((count) => (left -= count) <= 0);
    return Math.min(Math.max(bucketMiddle(bucket), this.min), this.max);
  }

  /** What `JSON.stringify` writes: the summary, the median, and the percentiles 90, 99 and 99.9. */
  toJSON(): RoundTripSummary & Readonly<Record<"p50" | "p90" | "p99" | "p999", number>> {
    const { count, min, max, mean } = this;
    const [p50, p90, p99, p999] = [50, 90, 99, 99.9].map((percent) => this.percentile(percent));
    return { count, min, max, mean, p50, p90, p99, p999 };
  }
}
