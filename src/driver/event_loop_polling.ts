import { setImmediate } from "node:timers";
import type { Turning } from "./opening.ts";
import { Pause, type PauseReason } from "./pause.ts";

/** A connection whose reading can be paused between turns. */
export interface PausableTurning extends Turning {
  pause(by: PauseReason): void;
  resume(by: PauseReason): void;
}

/**
 * Turns of an event loop made by ourselves, instead of by the arrival of data (`spinWaitDuration`).
 *
 * `null`: a chain of `setImmediate` keeps the loop from sleeping in the kernel, so data is seen the moment it
 * arrives; that is so in Bun and Node, while Deno's loop looks at its sockets by readiness whatever is queued. A
 * number: reading is paused between polls, so what came in the meantime is handed over together.
 */
export class EventLoopPolling {
  readonly #interval: number | null;
  readonly #connection: PausableTurning;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(interval: number | null, connection: PausableTurning) {
    this.#interval = interval;
    this.#connection = connection;
  }

  /** Begins to poll; ends by itself with the connection. */
  start(): void {
    if (this.#interval === null) {
      this.#spin();
    } else {
      this.#connection.pause(Pause.BetweenPolls);
      this.#poll();
      // Nobody shall wait for a poll that is of no use any more.
      void this.#connection.whenFinished().then(() => clearTimeout(this.#timer));
    }
  }

  readonly #spin = (): void => {
    if (this.#connection.finished) return;
    this.#connection.turn();
    setImmediate(this.#spin);
  };

  readonly #poll = (): void => {
    if (this.#connection.finished) return;
    this.#connection.turn();
    this.#connection.resume(Pause.BetweenPolls);
    // One look at the sockets lies between here and there: Node's loop takes it before the first of these, Bun's
    // before the second.
    setImmediate(() => setImmediate(this.#rest));
  };

  readonly #rest = (): void => {
    if (this.#connection.finished) return;
    this.#connection.pause(Pause.BetweenPolls);
    this.#timer = setTimeout(this.#poll, this.#interval!);
  };
}
