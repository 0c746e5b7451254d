import { bucketMiddle, bucketOf, BUCKETS } from "../driver/round_trip_buckets.ts";
import { RoundTrips } from "../driver/round_trips.ts";

/** So many of the times were from here to there, in milliseconds. */
export interface Bar {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

/** Times that were measured, in memory that does not grow. Milliseconds. */
export class Times {
  readonly #buckets = new Uint32Array(BUCKETS);
  #count = 0;
  #min = Infinity;
  #max = 0;
  #sum = 0;

  get count(): number {
    return this.#count;
  }

  /** One more. */
  record(time: number): void {
    this.#buckets[bucketOf(time)]!++;
    this.#count++;
    this.#sum += time;
    if (time < this.#min) this.#min = time;
    if (time > this.#max) this.#max = time;
  }

  /** What they add up to. Not of none. */
  summary(): RoundTrips {
    const numbers = { count: this.#count, min: this.#min, max: this.#max, mean: this.#sum / this.#count };
    return new RoundTrips(numbers, this.#buckets);
  }

  /** How often each range came, from the shortest time to the longest; each range is as many times as long as the last. */
  bars(most: number): readonly Bar[] {
    const used = [...this.#buckets.keys()].filter((bucket) => this.#buckets[bucket]! > 0);
    if (used.length === 0) return [];
    const [first, last] = [used[0]!, used.at(-1)!];
    const width = Math.ceil((last - first + 1) / most);
    const bars: Bar[] = [];
    for (let start = first; start <= last; start += width) {
      const count = this.#buckets.subarray(start, start + width).reduce((sum, count) => sum + count, 0);
      bars.push({ from: lowerEnd(start), to: lowerEnd(start + width), count });
    }
    return bars;
  }
}

/** Where a bucket begins. */
function lowerEnd(bucket: number): number {
  return bucket === 0 ? 0 : (bucketMiddle(bucket - 1) + bucketMiddle(bucket)) / 2;
}

/** A time, with three digits that count. */
export function milliseconds(time: number): string {
  return `${digits(time)} ms`;
}

/** Three digits that count, and no more than a microsecond. */
export function digits(time: number): string {
  if (time >= 100) return time.toFixed(0);
  return time.toFixed(time >= 10 ? 1 : time >= 1 ? 2 : 3);
}
