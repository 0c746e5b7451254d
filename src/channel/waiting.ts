import { clearTimeout, setImmediate, setTimeout } from "node:timers";
import { WebSocketError } from "../core/errors.ts";
import { SLEEP } from "./layout.ts";
import { pause } from "./pause.ts";
import type { Ring } from "./ring.ts";
import type { RingSide } from "./stall_watch.ts";
import { StallWatch } from "./stall_watch.ts";
import type { Status } from "./status.ts";
import { BLOCKED, BUSY } from "./status.ts";
import type { WakeReason, WakeWord } from "./wake_word.ts";

// Attempts before going to sleep, which takes two system calls. A few microseconds.
const SPINS = 16;
// Reading the clock costs more than an attempt.
const ATTEMPTS_PER_CLOCK = 32;
// Readers wake senders when there is much room (see RingReader). If one stops before, its senders find by themselves
// what room there is, so many milliseconds later at most.
const LOOK_FOR_ROOM = 50;

/** How an end of a channel waits. */
export interface WaitingOptions {
  /**
   * As the client's option: `undefined` sleeps until woken; `null` polls without a pause, for the lowest
   * latency at the price of one core; a positive number sleeps that many milliseconds between polls.
   */
  readonly spinWaitDuration?: number | null;
  /**
   * Milliseconds that another thread may stop in the middle of a message, though it could go on, before a wait
   * for it fails with `Timeout`. Default: 10 000.
   */
  readonly stallLimit?: number;
}

/** Repeats an attempt until it leads somewhere, sleeping between. */
export class Waiting {
  readonly #ring: Ring;
  readonly #side: RingSide;
  readonly #spinWaitDuration: number | null | undefined;
  readonly #stallLimit: number;

  constructor(ring: Ring, side: RingSide, options: WaitingOptions) {
    const { spinWaitDuration, stallLimit = 10_000 } = options;
    // Written this way round, NaN is refused too.
    if (spinWaitDuration !== undefined && spinWaitDuration !== null && !(spinWaitDuration > 0)) {
      throw new WebSocketError(
        "InvalidConfiguration",
        `spinWaitDuration must be null or a positive number of milliseconds: ${spinWaitDuration}`,
      );
    }
    if (!(stallLimit > 0)) {
      throw new WebSocketError(
        "InvalidConfiguration",
        `stallLimit must be a positive number of milliseconds: ${stallLimit}`,
      );
    }
    this.#ring = ring;
    this.#side = side;
    this.#stallLimit = stallLimit;
    this.#spinWaitDuration = spinWaitDuration;
  }

  /**
   * Blocks this thread until `attempt` is done or the channel has ended; or until `timeout` milliseconds
   * have passed, then answers what the last attempt did.
   */
  wait(attempt: () => Status, timeout: number): Status {
    let status = attempt();
    if (!isPending(status) || timeout <= 0) return status;
    // It would wait for ever.
    if (Number.isNaN(Number(timeout))) {
      throw new WebSocketError(
        "InvalidConfiguration",
        `timeout must be a number of milliseconds: ${timeout}`,
      );
    }
    const deadline = performance.now() + timeout;
    const watch = new StallWatch(this.#ring, this.#side, this.#stallLimit);
    for (;;) {
      const spins = this.#spinWaitDuration === null ? ATTEMPTS_PER_CLOCK : SPINS;
      for (let spin = 0; spin < spins; spin++) {
        pause();
        status = attempt();
        if (!isPending(status)) return status;
      }
      watch.check(status);
      const left = deadline - performance.now();
      if (left <= 0) return status;
      if (this.#spinWaitDuration === null) continue;
      if (this.#spinWaitDuration === undefined) {
        const wakeWord = this.#wakeWord(status);
        const ticket = wakeWord.arm();
        const before = status;
        status = attempt();
        if (!isPending(status)) return status;
        if (status === before) wakeWord.sleep(ticket, Math.min(left, this.#longestSleep(status)));
      } else {
        Atomics.wait(this.#ring.control, SLEEP, 0, Math.min(left, this.#spinWaitDuration));
      }
    }
  }

  /** As {@linkcode Waiting.wait} without a limit, and the event loop goes on. */
  async waitAsync(attempt: () => Status): Promise<Status> {
    const watch = new StallWatch(this.#ring, this.#side, this.#stallLimit);
    for (;;) {
      let status = attempt();
      if (!isPending(status)) return status;
      watch.check(status);
      if (this.#spinWaitDuration === null) {
        await new Promise<void>((resolve) => setImmediate(resolve));
      } else if (this.#spinWaitDuration === undefined) {
        const wakeWord = this.#wakeWord(status);
        const ticket = wakeWord.arm();
        const before = status;
        status = attempt();
        if (!isPending(status)) return status;
        if (status === before) await sleepAsync(wakeWord, ticket, this.#longestSleep(status));
      } else {
        const duration = this.#spinWaitDuration;
        await new Promise<void>((resolve) => setTimeout(resolve, duration));
      }
    }
  }

  /** Wakes whatever waits on this side, in every thread, to look again. */
  wakeSide(): void {
    this.#wakeWord(BUSY).wake();
    this.#wakeWord(BLOCKED).wake();
  }

  /** A thread that dies with a lock taken wakes nobody, and a reader not for a little room: one looks now and then. */
  #longestSleep(status: Status): number {
    const isForRoom = this.#side === "sender" && status === BLOCKED;
    return Math.min(this.#stallLimit / 2, isForRoom ? LOOK_FOR_ROOM : Infinity);
  }

  #wakeWord(status: Status): WakeWord {
    if (this.#side === "sender") return status === BUSY ? this.#ring.sendLock.released : this.#ring.room;
    return status === BUSY ? this.#ring.receiveLock.released : this.#ring.data;
  }
}

function isPending(status: Status): boolean {
  return status === BUSY || status === BLOCKED;
}

async function sleepAsync(wakeWord: WakeWord, ticket: number, limit: number): Promise<WakeReason> {
  // No runtime counts a pending `waitAsync` as work: without the timer, the process would end.
  const keepAlive = setTimeout(() => {}, 2 * limit);
  try {
    return await wakeWord.sleepAsync(ticket, limit);
  } finally {
    clearTimeout(keepAlive);
  }
}
