import type { PerMessageDeflate } from "../core/deflate.ts";
import type { Clock, Timer } from "./clock.ts";

/** Makes a connection give its compression memory back when no message was compressed for a time. */
export class IdleRelease {
  readonly #deflate: PerMessageDeflate;
  readonly #clock: Clock;
  readonly #delay: number;
  #timer: Timer | undefined;

  /** `delay` in milliseconds. */
  constructor(deflate: PerMessageDeflate, clock: Clock, delay: number) {
    this.#deflate = deflate;
    this.#clock = clock;
    this.#delay = delay;
    // Messages cost nothing: the time begins when memory is taken, and then the count of messages tells.
    deflate.onAcquire = () => {
      if (this.#timer === undefined) this.#wait();
    };
  }

  /** The connection is over. */
  stop(): void {
    this.#deflate.onAcquire = undefined;
    this.#timer?.cancel();
  }

  #wait(): void {
    const { messages } = this.#deflate;
    this.#timer = this.#clock.after(this.#delay, () => {
      this.#timer = undefined;
      if (this.#deflate.messages === messages) this.#deflate.releaseIdle();
      if (this.#deflate.releasable) this.#wait();
    });
  }
}
