import { WebSocketError } from "../core/errors.ts";
import { PulseWatch } from "./pulse.ts";
import type { Ring } from "./ring.ts";
import type { Status } from "./status.ts";
import { BUSY } from "./status.ts";

/** The end of a ring that waits. */
export type RingSide = "sender" | "receiver";

/**
 * Notices, for one wait, that the thread waited for must be dead: it holds a lock, could go on, and has not
 * moved for too long; or the pulse of the connection's thread has stopped. A thread that was terminated within a
 * call leaves the lock taken, and no runtime tells a thread that waits.
 */
export class StallWatch {
  readonly #ring: Ring;
  readonly #side: RingSide;
  readonly #limit: number;
  readonly #pulse: PulseWatch;
  #suspected = false;
  #position = 0;
  #since = 0;

  constructor(ring: Ring, side: RingSide, limit: number) {
    this.#limit = limit;
    this.#ring = ring;
    this.#side = side;
    this.#pulse = new PulseWatch(ring.pulse, limit);
  }

  /** Throws `Timeout` when the other thread has been stuck for too long. */
  check(status: Status): void {
    this.#pulse.check();
    // Waiting for the lock is waiting for one's own side to move, waiting for room or data for the other.
    const waitsForSender = (this.#side === "sender") === (status === BUSY);
    const position = waitsForSender ? this.#ring.tail : this.#ring.head;
    if (!this.#isSuspicious(status, waitsForSender)) {
      this.#suspected = false;
    } else if (!this.#suspected || position !== this.#position) {
      this.#suspected = true;
      this.#position = position;
      this.#since = performance.now();
    } else if (performance.now() - this.#since >= this.#limit) {
      throw new WebSocketError(
        "Timeout",
        `channel: another thread stopped in the middle of a message ${this.#limit} ms ago; it was probably terminated`,
        { phase: "thread" },
      );
    }
  }

  /** Whether the thread that this one waits for holds a lock and could go on. */
  #isSuspicious(status: Status, waitsForSender: boolean): boolean {
    const { sendLock, receiveLock, used, capacity } = this.#ring;
    // In the middle of a long record a sender may pause for want of room, a receiver for want of data.
    if (waitsForSender) return sendLock.isTaken && used < capacity / 2;
    // A receiver between two calls may take its time as far as senders go: that is back-pressure.
    return status === BUSY ? receiveLock.isTaken && used > 0 : receiveLock.isHeld;
  }
}
