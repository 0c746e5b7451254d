import type { ConnectPhase } from "../transport/transport.ts";
import type { ConnectTimings } from "./stats.ts";

/** Measures the phases of connecting. */
export class PhaseTimes {
  /** The phase that is under way, or was the last. */
  phase: ConnectPhase | "upgrade" = "lookup";

  readonly #onEnd: (phase: ConnectPhase | "upgrade", duration: number) => void;
  readonly #start = performance.now();
  #entered = this.#start;
  #begun = false;
  readonly #times = { lookup: 0, tcp: 0, proxy: 0, tls: 0, upgrade: 0 };

  /** `onEnd` is told of each phase how long it took. */
  constructor(onEnd: (phase: ConnectPhase | "upgrade", duration: number) => void) {
    this.#onEnd = onEnd;
  }

  /** Milliseconds since the beginning. */
  get elapsed(): number {
    return performance.now() - this.#start;
  }

  enter(phase: ConnectPhase | "upgrade"): void {
    this.#leave();
    this.#begun = true;
    this.phase = phase;
  }

  /** The phase is over, and the next one has not begun. */
  leave(): void {
    this.#leave();
    this.#begun = false;
  }

  /** The last phase is over. */
  finish(): ConnectTimings {
    this.#leave();
    return { ...this.#times, total: this.#entered - this.#start };
  }

  #leave(): void {
    const now = performance.now();
    const duration = now - this.#entered;
    this.#entered = now;
    // What comes before the first phase, loading a transport for one, belongs to none.
    if (!this.#begun) return;
    this.#times[this.phase] += duration;
    this.#onEnd(this.phase, duration);
  }
}
