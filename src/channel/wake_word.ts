/** How a wait ended. */
export type WakeReason = "ok" | "not-equal" | "timed-out";

/**
 * A word that threads sleep on. Its lowest bit says that somebody may be asleep, the rest counts the times
 * that sleepers were woken. So waking costs one load when nobody waits, one system call however many wait,
 * and a thread that was terminated in its sleep leaves nothing behind that the next wake does not clear.
 *
 * No wake-up is lost when the waiter arms, *then* looks again at what it waits for, then sleeps with the
 * ticket; and the other side changes the state, *then* wakes. Atomics are sequentially consistent: either
 * the waiter sees the change, or the waker sees the armed bit and makes the ticket stale.
 */
export class WakeWord {
  readonly #words: Int32Array;
  readonly #index: number;

  constructor(words: Int32Array, index: number) {
    this.#words = words;
    this.#index = index;
  }

  /** Announces a sleeper. Look again at the condition, then sleep with the ticket. */
  arm(): number {
    return Atomics.or(this.#words, this.#index, 1) | 1;
  }

  /** Whether somebody may be asleep. */
  get isArmed(): boolean {
    return (Atomics.load(this.#words, this.#index) & 1) !== 0;
  }

  /** Wakes whoever is asleep. */
  wake(): void {
    const word = Atomics.load(this.#words, this.#index);
    if ((word & 1) === 0) return;
    // Losing the race is fine: the winner wakes everybody who was armed before now.
    if (Atomics.compareExchange(this.#words, this.#index, word, (word + 1) | 0) !== word) return;
    Atomics.notify(this.#words, this.#index);
  }

  /** Sleeps on this thread until woken, at most `milliseconds`. */
  sleep(ticket: number, milliseconds: number): WakeReason {
    return Atomics.wait(this.#words, this.#index, ticket, milliseconds);
  }

  /** As {@linkcode WakeWord.sleep}, for an event loop. */
  sleepAsync(ticket: number, milliseconds: number): WakeReason | Promise<WakeReason> {
    return Atomics.waitAsync(this.#words, this.#index, ticket, milliseconds).value;
  }
}
