import { setImmediate } from "node:timers";
import type { WakeUp } from "../transport/syscall/wake_up.ts";
import type { Turning, Turns } from "./opening.ts";
import type { PollClock } from "./poll_clock.ts";
import { type PolledByteStream, sleep } from "./polled_byte_stream.ts";

/** What a {@linkcode PollLoop} turns. */
export interface PollLoopParts {
  readonly connection: Turning;
  readonly stream: PolledByteStream;
  readonly clock: PollClock;
  /** `undefined`: sleep in the kernel until something comes; `null`: never; a number: so long between polls. */
  readonly spinWaitDuration: number | null | undefined;
}

/** Turns between two looks at the clock while nothing comes: reading it costs as much as a look at the socket. */
const TURNS_PER_TICK = 16;
/** Beside the event loop: turns without a pause for other work, while something comes. */
const BURST = 64;
/** Beside the event loop, with nothing to read: looks before the loop lets go for a millisecond at a time. */
const PATIENCE = 1000;

/** Turns of the event loop with nothing to do before a thread that may sleep does: commands come in by them. */
const DOZE_AFTER = 3;

/** How a thread sleeps that has nothing to do but one connection. */
export interface Dozing {
  /** Sleeps by `wait`, in the kernel, or does not if there is something to do. */
  doze(wait: (timeout: number, wakeUp: WakeUp) => void): void;
}

/**
 * The turns of a connection over a polled stream: either this thread does nothing else (`run`), or it goes on with
 * other work between bursts (`start`).
 */
export class PollLoop implements Turns {
  readonly #connection: Turning;
  readonly #stream: PolledByteStream;
  readonly #clock: PollClock;
  readonly #spinWaitDuration: number | null | undefined;
  #turns = 0;
  #idleTurns = 0;
  #dozing: Dozing | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor({ connection, stream, clock, spinWaitDuration }: PollLoopParts) {
    this.#connection = connection;
    this.#stream = stream;
    this.#clock = clock;
    this.#spinWaitDuration = spinWaitDuration;
  }

  /**
   * Makes turns until `until` answers true. No sleep takes longer than `limit` milliseconds, or goes on beyond
   * `deadline`, a time of `performance.now()`.
   */
  run(until: () => boolean, limit: number = Infinity, deadline: number = Infinity): void {
    const duration = this.#spinWaitDuration;
    while (!until()) {
      if (this.turn() || duration === null) continue;
      const most = Math.max(0, Math.min(limit, deadline - performance.now()));
      if (duration === undefined) {
        this.#stream.wait(Math.min(most, this.#clock.untilNext));
        // It is for this turn that was waited.
        this.#stream.poll();
      } else {
        sleep(Math.min(most, duration));
      }
      this.#clock.tick();
    }
  }

  /** One turn. Answers whether anything came. */
  turn(): boolean {
    this.#connection.turn();
    const busy = this.#stream.poll();
    if (busy || ++this.#turns >= TURNS_PER_TICK) {
      this.#turns = 0;
      this.#clock.tick();
    }
    return busy;
  }

  /** `dozing` sleeps for this connection alone, when it has been idle. */
  start(dozing?: Dozing): void {
    this.#dozing = dozing;
    this.#burst();
    // Nobody shall wait for a turn that is of no use any more.
    void this.#connection.whenFinished().then(() => clearTimeout(this.#timer));
  }

  readonly #burst = (): void => {
    for (let turns = 0; turns < BURST; turns++) {
      if (this.#connection.finished) return;
      if (this.turn()) {
        this.#idleTurns = 0;
      } else {
        this.#idleTurns++;
        break;
      }
    }
    if (this.#connection.finished) return;
    const duration = this.#spinWaitDuration;
    if (typeof duration === "number") {
      this.#timer = setTimeout(this.#burst, duration);
    } else if (duration === undefined && this.#dozing !== undefined && this.#idleTurns >= DOZE_AFTER) {
      this.#dozing.doze(this.#sleep);
      setImmediate(this.#burst);
    } else if (duration === null || this.#idleTurns < PATIENCE) {
      setImmediate(this.#burst);
    } else {
      this.#timer = setTimeout(this.#burst, 1);
    }
  };

  readonly #sleep = (timeout: number, wakeUp: WakeUp): void => {
    this.#stream.wait(Math.min(timeout, this.#clock.untilNext), wakeUp);
  };
}

/** Lets the event loop have its turn. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
