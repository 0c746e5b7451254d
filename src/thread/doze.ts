import { WakeUp } from "../transport/syscall/wake_up.ts";
import type { SharedState } from "./shared_state.ts";

/** The longest sleep: what is not announced by a wake-up (timers, promises) is looked after this often. */
const LONGEST_MS = 50;

/**
 * The sleep of a thread that hosts one connection over system calls: in the kernel, for the socket and for the
 * owner's commands at once. While it sleeps its event loop stands still, so the owner wakes it through a pipe.
 */
export class Doze {
  readonly #state: SharedState;
  readonly #wakeUp = new WakeUp();
  readonly #mayDoze: () => boolean;
  #seen = 0;

  private constructor(state: SharedState, mayDoze: () => boolean) {
    this.#state = state;
    this.#mayDoze = mayDoze;
  }

  /**
   * `mayDoze` says whether nothing is left to be done by the event loop. `undefined` where no descriptors are left for
   * the pipe: a connection works without, by looking now and then.
   */
  static create(state: SharedState, mayDoze: () => boolean): Doze | undefined {
    try {
      return new Doze(state, mayDoze);
    } catch {
      return undefined;
    }
  }

  /** Sleeps by `wait` unless there is something to do; the event loop gets its turn before the next one. */
  doze(wait: (timeout: number, wakeUp: WakeUp) => void): void {
    if (!this.#mayDoze()) return;
    // First said, then looked: either the owner sees that we sleep, or we see what it has posted.
    this.#state.fallAsleep(this.#wakeUp.handle.fd);
    const posted = this.#state.posted;
    if (posted === this.#seen) wait(LONGEST_MS, this.#wakeUp);
    this.#seen = posted;
    this.#state.wakeUp();
  }

  /** Lets go of the pipe. */
  close(): void {
    this.#state.wakeUp();
    // The number of a closed descriptor may soon be another one's.
    this.#state.waitForWakers();
    this.#wakeUp.close();
  }
}
