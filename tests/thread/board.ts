const WORDS = 4;
const GATE = 0;
const COUNT = 1;
const LIMIT = 4000;

/** A few words that two threads share: a gate that one opens for the other, and a count. */
export class Board {
  readonly memory: SharedArrayBuffer;
  readonly #words: Int32Array;

  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(WORDS * 4)) {
    this.memory = memory;
    this.#words = new Int32Array(memory);
  }

  /** Lets the other side pass {@linkcode Board.whenOpen} or {@linkcode Board.waitOpen}. */
  open(): void {
    Atomics.store(this.#words, GATE, 1);
    Atomics.notify(this.#words, GATE);
  }

  /** Blocks this thread until the gate is open. */
  waitOpen(limit = LIMIT): void {
    if (Atomics.wait(this.#words, GATE, 0, limit) === "timed-out") {
      throw new Error(`The gate: shut for ${limit} ms`);
    }
  }

  /** Waits on the event loop until the gate is open. */
  async whenOpen(limit = LIMIT): Promise<void> {
    const end = performance.now() + limit;
    while (Atomics.load(this.#words, GATE) === 0) {
      if (performance.now() > end) throw new Error(`The gate: shut for ${limit} ms`);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  get count(): number {
    return Atomics.load(this.#words, COUNT);
  }

  add(amount: number): void {
    Atomics.add(this.#words, COUNT, amount);
    Atomics.notify(this.#words, COUNT);
  }

  /** Blocks this thread until the count is at least `wanted`. */
  waitCount(wanted: number, limit = LIMIT): void {
    const end = performance.now() + limit;
    for (let count; (count = this.count) < wanted;) {
      if (Atomics.wait(this.#words, COUNT, count, end - performance.now()) !== "timed-out") continue;
      throw new Error(`The count: ${this.count} of ${wanted} after ${limit} ms`);
    }
  }

  /** Blocks this thread until the count has stood still for `duration`: nothing more can be done on the other side. */
  waitStandstill(duration = 200): number {
    let count = this.count;
    while (Atomics.wait(this.#words, COUNT, count, duration) !== "timed-out") count = this.count;
    return count;
  }
}
