import type { Bench } from "./ask.ts";

/** Counts messages for a fixed time after a warm-up, and looks at the clock seldom. */
export class Stopwatch {
  /** Resolves with messages per second. */
  readonly rate: Promise<number>;
  readonly #resolve: (rate: number) => void;
  readonly #bench: Bench;
  readonly #mask: number;
  /** Messages counted since the start, warm-up included. */
  total = 0;
  #startedAt = 0;
  /** When counting began, after the warm-up. */
  #countedFrom = 0;
  #countAtStart = 0;
  #done = false;

  /** `every`: messages between two looks at the clock, a power of two. */
  constructor(bench: Bench, every: number) {
    const { promise, resolve } = Promise.withResolvers<number>();
    this.rate = promise;
    this.#resolve = resolve;
    this.#bench = bench;
    this.#mask = every - 1;
  }

  /** One message more. */
  count(): void {
    if ((++this.total & this.#mask) === 0) this.#look();
  }

  #look(): void {
    const now = performance.now();
    if (this.#startedAt === 0) this.#startedAt = now;
    else if (this.#done) return;
    else if (this.#countedFrom === 0) {
      if (now - this.#startedAt < this.#bench.warmUp) return;
      this.#countedFrom = now;
      this.#countAtStart = this.total;
    } else if (now - this.#countedFrom >= this.#bench.duration) {
      this.#done = true;
      this.#bench.leave();
      this.#resolve((this.total - this.#countAtStart) * 1000 / (now - this.#countedFrom));
    }
  }
}
