import { Pulse, PulseWatch } from "../channel/pulse.ts";
import type { ConnectionState } from "../core/state.ts";
import { wake } from "../transport/syscall/wake_up.ts";
import type { Counters } from "../driver/counters.ts";
import type { RoundTripHistogram } from "../driver/round_trip_histogram.ts";
import type { ConnectionStats } from "../driver/stats.ts";
import { PublishedStats } from "./published_stats.ts";

const STATES: readonly ConnectionState[] = ["connecting", "open", "closing", "closed"];

/** What the owner of a connection asks for out of turn, as bits. */
export const Signal = {
  /** Begin to deliver. */
  Run: 1,
  /** Leave at once. */
  ForceQuit: 2,
  /** The program's `AbortSignal` was aborted. */
  Abort: 4,
  /** From the host to itself: it is over. */
  Over: 8,
  /** The program has asked for Close: nothing more may be sent, and the time for it runs. */
  Close: 16,
} as const;

// Words.
const STATE = 0;
const SIGNALS = 1;
/** Commands executed whose bytes the system has taken. */
const HANDED_OVER = 2;
const PULSE = 3;
/** How often the owner has posted a command or a signal. */
const POSTED = 4;
/** While the host sleeps in the kernel: one more than the descriptor that wakes it. Else 0. */
const SLEEPER = 5;
/** How many owners may be writing to that descriptor. */
const WAKERS = 6;
/** Whether some thread sends a message in parts, which no other may come between. */
const IN_MESSAGE = 7;
/** Even: the numbers behind are aligned. */
const WORDS = 8;
// Numbers, behind the words.
const NUMBERS_AT = WORDS * 4;
const LARGEST_SEND = 0;
const NUMBERS = 1;
const STATS_AT = NUMBERS_AT + NUMBERS * 8;

/**
 * A connection's state as other threads see it, and the signals that they give it. The thread that hosts the
 * connection writes all but the signals.
 */
export class SharedState {
  /** The memory to hand to other threads. */
  readonly memory: SharedArrayBuffer;
  /** The life of the thread that hosts the connection. */
  readonly pulse: Pulse;
  readonly #words: Int32Array;
  readonly #numbers: Float64Array;
  readonly #stats: PublishedStats;

  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(STATS_AT + PublishedStats.byteLength)) {
    this.memory = memory;
    this.#words = new Int32Array(memory, 0, WORDS);
    this.pulse = new Pulse(this.#words, PULSE);
    this.#numbers = new Float64Array(memory, NUMBERS_AT, NUMBERS);
    this.#stats = new PublishedStats(memory, STATS_AT);
  }

  get state(): ConnectionState {
    const state = STATES[Atomics.load(this.#words, STATE)];
    return state === "open" && this.isCloseWanted ? "closing" : state;
  }

  /** Whether some thread has asked for Close. */
  get isCloseWanted(): boolean {
    return (Atomics.load(this.#words, SIGNALS) & Signal.Close) !== 0;
  }

  /** Whether some thread has asked the connection to leave at once. */
  get isForceQuitWanted(): boolean {
    return (Atomics.load(this.#words, SIGNALS) & Signal.ForceQuit) !== 0;
  }

  get bufferedAmount(): number {
    return this.#stats.bufferedAmount;
  }

  /** Bytes of the largest message that may be sent: the owner says so once. */
  get largestSend(): number {
    return this.#numbers[LARGEST_SEND];
  }

  set largestSend(bytes: number) {
    this.#numbers[LARGEST_SEND] = bytes;
  }

  /** As of the host's last turn; `facts` is what does not change. */
  stats(facts: Pick<ConnectionStats, "id" | "connect">): ConnectionStats {
    return this.#stats.read(facts);
  }

  /** Host: makes the present known. */
  publish(state: ConnectionState, counters: Counters, roundTrips: RoundTripHistogram | undefined): void {
    this.#stats.publish(counters, roundTrips);
    if (state === "closed") this.publishClosed();
    else Atomics.store(this.#words, STATE, STATES.indexOf(state));
  }

  /** Host, or the owner when the host has died: whoever waits for bytes to be handed over waits in vain now. */
  publishClosed(): void {
    if (Atomics.exchange(this.#words, STATE, CLOSED) === CLOSED) return;
    Atomics.add(this.#words, HANDED_OVER, FAR);
    Atomics.notify(this.#words, HANDED_OVER);
  }

  /** Host: so many commands have been executed, and the system has taken their bytes. Not after `closed`. */
  publishHandedOver(commands: number): void {
    if (this.state === "closed") return;
    Atomics.store(this.#words, HANDED_OVER, commands);
    Atomics.notify(this.#words, HANDED_OVER);
  }

  /**
   * Blocks until the bytes of so many commands were handed over, or never will be. Throws `Timeout` when the hosting
   * thread has died.
   */
  waitHandedOver(commands: number, timeout: number): HandOver {
    const deadline = performance.now() + timeout;
    let watch: PulseWatch | undefined;
    for (;;) {
      const done = Atomics.load(this.#words, HANDED_OVER);
      // The count wraps around.
      const ahead = (done - commands) | 0;
      if (ahead >= 0) return ahead < FAR / 2 || ahead >= FAR ? "done" : "closed";
      const left = deadline - performance.now();
      if (left <= 0) return "late";
      const reason = Atomics.wait(this.#words, HANDED_OVER, done, Math.min(left, LONGEST_SLEEP));
      if (reason === "timed-out") (watch ??= new PulseWatch(this.pulse, SILENCE_LIMIT)).check();
    }
  }

  /** Whether some thread has begun a message in parts, and not ended it. */
  get inMessage(): boolean {
    return Atomics.load(this.#words, IN_MESSAGE) !== 0;
  }

  /** Begins one. Answers whether there was none. */
  beginMessage(): boolean {
    return Atomics.compareExchange(this.#words, IN_MESSAGE, 0, 1) === 0;
  }

  /** Ends it: its last part is on its way. */
  endMessage(): void {
    Atomics.store(this.#words, IN_MESSAGE, 0);
  }

  /** Gives a signal. */
  signal(bit: number): void {
    Atomics.or(this.#words, SIGNALS, bit);
    Atomics.notify(this.#words, SIGNALS);
    this.post();
  }

  /** Owner: a command or a signal is there. Wakes a host that sleeps in the kernel, where nothing else does. */
  post(): void {
    Atomics.add(this.#words, POSTED, 1);
    if (Atomics.load(this.#words, SLEEPER) === 0) return;
    Atomics.add(this.#words, WAKERS, 1);
    try {
      const sleeper = Atomics.exchange(this.#words, SLEEPER, 0);
      if (sleeper !== 0) wake({ fd: sleeper - 1 });
    } finally {
      Atomics.sub(this.#words, WAKERS, 1);
    }
  }

  /** Host: how often `post` was called. */
  get posted(): number {
    return Atomics.load(this.#words, POSTED);
  }

  /** Host: from now on `post` writes to this descriptor. */
  fallAsleep(fd: number): void {
    Atomics.store(this.#words, SLEEPER, fd + 1);
  }

  /** Host: it is awake by itself. */
  wakeUp(): void {
    Atomics.store(this.#words, SLEEPER, 0);
  }

  /** Host, awake: returns when nobody writes to the descriptor any more. An owner that died in there is not waited for. */
  waitForWakers(): void {
    for (let looks = 0; looks < 100; looks++) {
      const wakers = Atomics.load(this.#words, WAKERS);
      if (wakers === 0) return;
      Atomics.wait(this.#words, WAKERS, wakers, 1);
    }
  }

  /** Host: calls back with every new bit, until it answers `false`. */
  async onSignal(callback: (bits: number) => boolean): Promise<void> {
    let seen = 0;
    for (;;) {
      const bits = Atomics.load(this.#words, SIGNALS);
      const fresh = bits & ~seen;
      seen = bits;
      if (fresh !== 0) {
        if (!callback(fresh)) return;
        continue;
      }
      await Atomics.waitAsync(this.#words, SIGNALS, bits).value;
    }
  }
}

/** What came of a wait for bytes to be handed over to the system. */
export type HandOver = "done" | "closed" | "late";

const CLOSED = STATES.indexOf("closed");
/** How often a thread that waits looks whether the one it waits for is alive, in milliseconds. */
const LONGEST_SLEEP = 1000;
/** A thread without a sign of life for so many milliseconds is dead. */
const SILENCE_LIMIT = 10_000;
/** Ahead of every count that somebody waits for. */
const FAR = 2 ** 30;
