import type { Clock, Timer } from "./clock.ts";
import type { KeepAliveOptions } from "./settings.ts";

/** What a {@linkcode KeepAlive} does to its connection. */
export interface KeepAliveActions {
  /** Sends a ping. */
  ping(): void;
  /** Nothing has come for so many milliseconds since the ping; that need not be the end yet. */
  missed(silence: number): void;
  /** The peer gives no sign of life. */
  dead(): void;
  /** Nothing is read because the program does not keep up: silence says nothing then. */
  isPaused(): boolean;
}

/**
 * When the time is over, data may still lie in the socket because this thread was busy. So the loop gets this many
 * more turns to read it before the peer is called dead, each of at least so many milliseconds.
 */
const EXTRA_TURNS = 2;
const EXTRA_TURN_MS = 5;

/** Sends a ping after a time of silence, and tells when none of them makes the peer send a byte. */
export class KeepAlive {
  readonly #options: Required<KeepAliveOptions>;
  readonly #clock: Clock;
  readonly #actions: KeepAliveActions;
  #timer: Timer | undefined;
  /** When a byte came last, if one did; or there was nothing to expect. */
  #lastActivity: number;
  #lastReceived: number | undefined;

  constructor(options: Required<KeepAliveOptions>, clock: Clock, actions: KeepAliveActions) {
    this.#options = options;
    this.#clock = clock;
    this.#actions = actions;
    this.#lastActivity = clock.now();
    this.#waitForSilence(options.interval);
  }

  /** A byte came. */
  onActivity(): void {
    this.#lastActivity = this.#lastReceived = this.#clock.now();
  }

  /** When a byte came last, by the clock; `undefined` before the first. */
  get lastReceived(): number | undefined {
    return this.#lastReceived;
  }

  stop(): void {
    this.#timer?.cancel();
  }

  /** Until a ping is due, if nothing comes. */
  #silenceLeft(): number {
    return this.#lastActivity + this.#options.interval - this.#clock.now();
  }

  #waitForSilence(delay: number): void {
    this.#timer = this.#clock.after(delay, () => {
      this.#excuseWhilePaused();
      const left = this.#silenceLeft();
      if (left > 0) return this.#waitForSilence(left);
      const pinged = this.#clock.now();
      this.#actions.ping();
      this.#waitForAnswer(pinged, EXTRA_TURNS);
    });
  }

  /** Silence of a socket that is not read says nothing. */
  #excuseWhilePaused(): void {
    if (this.#actions.isPaused()) this.#lastActivity = this.#clock.now();
  }

  #waitForAnswer(pinged: number, extraTurns: number): void {
    const { interval, timeout } = this.#options;
    const left = pinged + timeout - this.#clock.now();
    // An answered ping is noticed in time for the next one, however long the timeout.
    const delay = left > 0 ? Math.min(left, interval) : EXTRA_TURN_MS;
    this.#timer = this.#clock.after(delay, () => {
      this.#excuseWhilePaused();
      if (this.#lastActivity >= pinged) {
        this.#waitForSilence(Math.max(0, this.#silenceLeft()));
      } else if (left > 0) {
        this.#actions.missed(this.#clock.now() - pinged);
        this.#waitForAnswer(pinged, extraTurns);
      } else if (extraTurns > 1) {
        this.#waitForAnswer(pinged, extraTurns - 1);
      } else {
        this.#actions.dead();
      }
    });
  }
}
