import { WebSocketError } from "../core/errors.ts";

/** A sign of life between threads: a word that one thread counts up now and then, and others look at. */
export class Pulse {
  readonly #words: Int32Array;
  readonly #index: number;

  constructor(words: Int32Array, index: number) {
    this.#words = words;
    this.#index = index;
  }

  /** The thread is alive. */
  beat(): void {
    Atomics.add(this.#words, this.#index, 1);
  }

  /** Changes with every beat; 0 before the first. */
  get beats(): number {
    return Atomics.load(this.#words, this.#index);
  }
}

/**
 * Notices, for one wait, that a pulse has stopped. Every look counts for a limited time only: a process that was
 * suspended for an hour must not find everybody else dead when it goes on.
 */
export class PulseWatch {
  readonly #pulse: Pulse;
  readonly #limit: number;
  #beats = 0;
  #lookedAt = 0;
  #silence = 0;

  constructor(pulse: Pulse, limit: number) {
    this.#pulse = pulse;
    this.#limit = limit;
  }

  /** Throws `Timeout` when the pulse has stopped. One that has never begun is none. */
  check(): void {
    const { beats } = this.#pulse;
    const now = performance.now();
    if (beats !== this.#beats || beats === 0) this.#silence = 0;
    else this.#silence += Math.min(now - this.#lookedAt, this.#limit / 2);
    this.#beats = beats;
    this.#lookedAt = now;
    if (this.#silence < this.#limit) return;
    throw new WebSocketError(
      "Timeout",
      `The I/O thread has given no sign of life for ${this.#limit} ms; it was probably terminated`,
      { phase: "thread" },
    );
  }
}
