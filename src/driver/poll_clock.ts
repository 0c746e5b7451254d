import type { Clock, Timer } from "./clock.ts";

interface Deadline extends Timer {
  readonly at: number;
  readonly callback: () => void;
}

/** A clock whose timers go off when it is asked: for a loop that does not return to the event loop. */
export class PollClock implements Clock {
  /** Few: a connection has two at most. */
  readonly #deadlines = new Set<Deadline>();
  /** When the first is due. */
  #next = Infinity;

  now(): number {
    return performance.now();
  }

  after(delay: number, callback: () => void): Timer {
    const deadline: Deadline = {
      at: this.now() + delay,
      callback,
      cancel: () => {
        this.#deadlines.delete(deadline);
        this.#setNext();
      },
    };
    this.#deadlines.add(deadline);
    this.#setNext();
    return deadline;
  }

  /** Milliseconds until the first timer is due; `Infinity` when there is none. */
  get untilNext(): number {
    return this.#next === Infinity ? Infinity : Math.max(0, this.#next - this.now());
  }

  /** Calls back what is due. */
  tick(): void {
    if (this.#next === Infinity) return;
    const now = this.now();
    if (now < this.#next) return;
    for (const deadline of [...this.#deadlines]) {
      if (deadline.at > now || !this.#deadlines.delete(deadline)) continue;
      deadline.callback();
    }
    this.#setNext();
  }

  #setNext(): void {
    let next = Infinity;
    for (const { at } of this.#deadlines) next = Math.min(next, at);
    this.#next = next;
  }
}
