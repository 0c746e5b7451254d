import { setImmediate } from "node:timers";

const LIMIT = 512;

/**
 * Lets the event loop have a turn now and then. A promise that is already resolved goes on before any
 * timer or socket gets its turn, so a loop over a channel that is never empty would starve them.
 */
export class Turns {
  #taken = 0;

  /** A promise of `value` that now and then takes a turn of the event loop. */
  resolve<R>(value: R): Promise<R> {
    if (++this.#taken < LIMIT) return Promise.resolve(value);
    this.#taken = 0;
    return new Promise((resolve) => setImmediate(() => resolve(value)));
  }

  /** The event loop has had its turn. */
  reset(): void {
    this.#taken = 0;
  }
}
