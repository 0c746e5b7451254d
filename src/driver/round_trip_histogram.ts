import { bucketOf, BUCKETS } from "./round_trip_buckets.ts";
import { RoundTrips } from "./round_trips.ts";

// Numbers, in front of the buckets.
const COUNT = 0;
const MIN = 1;
const MAX = 2;
const SUM = 3;
const NUMBERS = 4;

/** How often round trips took how long, in memory that does not grow, and that threads may share. */
export class RoundTripHistogram {
  /** Of the memory. */
  static readonly byteLength: number = NUMBERS * 8 + BUCKETS * 4;

  readonly #numbers: Float64Array;
  readonly #buckets: Uint32Array;

  /** In memory full of zeros; `offset` is a multiple of eight. */
  constructor(memory: ArrayBufferLike = new ArrayBuffer(RoundTripHistogram.byteLength), offset = 0) {
    this.#numbers = new Float64Array(memory, offset, NUMBERS);
    this.#buckets = new Uint32Array(memory, offset + NUMBERS * 8, BUCKETS);
  }

  /** How many there are. */
  get count(): number {
    return this.#numbers[COUNT];
  }

  /** One more, in milliseconds. */
  record(time: number): void {
    const numbers = this.#numbers;
    numbers[MIN] = this.count === 0 ? time : Math.min(time, numbers[MIN]);
    numbers[MAX] = Math.max(time, numbers[MAX]);
    numbers[SUM] += time;
    numbers[COUNT]++;
    this.#buckets[bucketOf(time)]++;
  }

  /** Makes this one the same as another. */
  set(other: RoundTripHistogram): void {
    this.#numbers.set(other.#numbers);
    this.#buckets.set(other.#buckets);
  }

  /** What there is by now; `undefined` for nothing. */
  snapshot(): RoundTrips | undefined {
    // Of memory that another thread is writing to, some may be newer than the rest: the buckets are what counts.
    const buckets = new Uint32Array(this.#buckets);
    const count = buckets.reduce((sum, count) => sum + count, 0);
    if (count === 0) return undefined;
    const { [MIN]: min, [MAX]: max, [SUM]: sum } = this.#numbers;
    return new RoundTrips({ count, min, max, mean: sum / count }, buckets);
  }
}
