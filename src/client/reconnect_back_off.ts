/** How long to wait, in milliseconds. */
export interface BackOffOptions {
  /** The first delay is a random part of this. */
  readonly initialDelay: number;
  /** No delay is longer than this. */
  readonly maxDelay: number;
}

/**
 * The delays between attempts to reconnect (RFC 6455 §7.2.3): the first is random, so that the clients of a server
 * that went away do not come back all at once; then truncated binary exponential back-off. What is added to each half
 * is random too, and no delay is shorter than the one before, until `maxDelay` cuts them.
 */
export class BackOff {
  readonly #options: BackOffOptions;
  readonly #random: () => number;
  #delays = 0;

  /** `random` answers numbers from 0 up to, and without, 1. */
  constructor(options: BackOffOptions, random: () => number) {
    this.#options = options;
    this.#random = random;
  }

  /** The delay before the next attempt: whole milliseconds. */
  next(): number {
    const { initialDelay, maxDelay } = this.#options;
    const most = Math.min(maxDelay, initialDelay * 2 ** this.#delays);
    const least = this.#delays === 0 ? 0 : most / 2;
    this.#delays++;
    return Math.floor(least + this.#random() * (most - least));
  }

  /** Begins anew: there was a connection. */
  reset(): void {
    this.#delays = 0;
  }
}
