import type { CloseInfo } from "../core/close_info.ts";

/** What `run` comes to: a promise for who can wait, an answer for who asks when it is over. */
export class RunResult {
  readonly #result = Promise.withResolvers<CloseInfo>();
  #outcome: (() => CloseInfo) | undefined;

  get promise(): Promise<CloseInfo> {
    return this.#result.promise;
  }

  /** It is what `finish` answers, or throws. */
  settle(finish: () => CloseInfo): void {
    try {
      const close = finish();
      this.#outcome = () => close;
      this.#result.resolve(close);
    } catch (error) {
      this.#outcome = () => {
        throw error;
      };
      this.#result.reject(error);
    }
  }

  /** What the promise has settled to: returns or throws. */
  outcome(): CloseInfo {
    return this.#outcome!();
  }

  /** Resolves when it is settled, one way or the other. */
  async whenSettled(): Promise<void> {
    await this.#result.promise.catch(() => {});
  }
}
