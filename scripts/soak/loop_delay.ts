/** Milliseconds between looks. */
const INTERVAL = 10;
const REPORTED = [0.5, 0.99, 1];

/** How late timers go off: how long the event loop was kept from its work. */
export class LoopDelay {
  readonly #delays: number[] = [];
  #due = performance.now() + INTERVAL;
  #excused = false;
  readonly #timer = setInterval(() => {
    const now = performance.now();
    if (!this.#excused) this.#delays.push(Math.max(0, now - this.#due));
    this.#excused = false;
    this.#due = now + INTERVAL;
  }, INTERVAL);

  /** This thread is about to stand still on purpose. */
  excuse(): void {
    this.#excused = true;
  }

  /** The median, the 99th percentile and the longest since the last call, in milliseconds. */
  take(): number[] {
    const sorted = Float64Array.from(this.#delays).sort();
    this.#delays.length = 0;
    return REPORTED.map((share) => sorted[Math.ceil(share * sorted.length) - 1] ?? 0);
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
