import { pause } from "./pause.ts";
import { WakeWord } from "./wake_word.ts";

const FREE = 0;
const HELD = 1;
const PARKED = 2;

// Enough to outlast a small record being copied by the holder; after that it is cheaper to sleep.
const SPINS = 64;

/**
 * The lock of one side of a ring, held for the length of a copy. Whoever has begun a record that cannot be
 * finished now keeps the lock between two calls: then it is parked, and others do not spin for it.
 */
export class Lock {
  readonly #words: Int32Array;
  readonly #index: number;
  readonly #wake: WakeWord;

  constructor(words: Int32Array, index: number, wakeIndex: number) {
    this.#words = words;
    this.#index = index;
    this.#wake = new WakeWord(words, wakeIndex);
  }

  /** What to sleep on until the lock is given back. */
  get released(): WakeWord {
    return this.#wake;
  }

  /** Whether some thread holds it, within a call or between two. */
  get isTaken(): boolean {
    return Atomics.load(this.#words, this.#index) !== FREE;
  }

  /** Whether some thread holds it within a call. */
  get isHeld(): boolean {
    return Atomics.load(this.#words, this.#index) === HELD;
  }

  /** Takes the lock, or answers `false` after a short spin. */
  tryTake(): boolean {
    for (let spin = 0; spin < SPINS; spin++) {
      const before = Atomics.compareExchange(this.#words, this.#index, FREE, HELD);
      if (before === FREE) return true;
      if (before === PARKED) return false;
      pause();
    }
    return false;
  }

  /** Gives the lock back. */
  give(): void {
    Atomics.store(this.#words, this.#index, FREE);
    this.#wake.wake();
  }

  /** Keeps the lock between two calls. */
  park(): void {
    Atomics.store(this.#words, this.#index, PARKED);
  }

  /** Goes on with a parked lock. */
  resume(): void {
    Atomics.store(this.#words, this.#index, HELD);
  }
}
