import type { ConnectPhase } from "../transport/transport.ts";
import type { ConnectTimings } from "./stats.ts";

/** Measures the phases of connecting. */
export class PhaseTimes {
  /** The phase that is under way. */
  phase: ConnectPhase | "upgrade" = "lookup";

  readonly #start = performance.now();
  #entered = this.#start;
  #begun = false;
  readonly #times = { lookup: 0, tcp: 0, proxy: 0, tls: 0, upgrade: 0 };

  enter(phase: ConnectPhase | "upgrade"): void {
    this.#leave();
    this.#begun = true;
    this.phase = phase;
  }

  /** The last phase is over. */
  finish(): ConnectTimings {
    this.#leave();
    return { ...this.#times, total: this.#entered - this.#start };
  }

  #leave(): void {
    const now = performance.now();
    // What comes before the first phase, loading a transport for one, belongs to none.
    if (this.#begun) this.#times[this.phase] += now - this.#entered;
    this.#entered = now;
  }
}
