import type { Clock, Timer } from "../../src/driver/clock.ts";

/** A clock that a test moves by hand. */
export class ManualClock implements Clock {
  #now = 0;
  readonly #timers = new Set<{ readonly due: number; readonly callback: () => void }>();

  /** Timers that are set and have not gone off. */
  get pending(): number {
    return this.#timers.size;
  }

  now(): number {
    return this.#now;
  }

  after(delay: number, callback: () => void): Timer {
    const timer = { due: this.#now + delay, callback };
    this.#timers.add(timer);
    return { cancel: () => void this.#timers.delete(timer) };
  }

  /** Lets time pass: every timer goes off when it is due, in order, and sees its own time. */
  advance(duration: number): void {
    const end = this.#now + duration;
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.due);
      next.callback();
    }
    this.#now = end;
  }

  /** Time passes and nobody is called: a thread that was busy. What is due goes off with the next `advance`. */
  stall(duration: number): void {
    this.#now += duration;
  }

  #next(end: number): { readonly due: number; readonly callback: () => void } | undefined {
    const due = [...this.#timers].filter((timer) => timer.due <= end).sort((a, b) => a.due - b.due);
    return due[0];
  }
}
