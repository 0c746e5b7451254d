import { type Libc, libc } from "./libc.ts";
import { type NativeBuffer, nativeBuffer } from "./native_buffer.ts";
import { errno } from "./platform.ts";
import { SystemError } from "./system_error.ts";

/** `struct pollfd`: the descriptor in 32 bits, what to wait for and what happened in 16 bits each. */
const pollfdSize = 8;
/** Milliseconds. */
const longest = 2 ** 31 - 1;
/** In `struct timespec`, a word of 32 bits. */
const nanoseconds = 2;

/** Descriptors to wait for together. */
export class PollSet {
  readonly #libc: Libc = libc();
  readonly #memory: NativeBuffer;
  readonly #descriptors: Int32Array;
  readonly #events: Int16Array;
  /** `struct timespec`: seconds and nanoseconds in 64 bits each. */
  readonly #time = new Uint32Array(new ArrayBuffer(16));
  readonly #timeBytes: Uint8Array = new Uint8Array(this.#time.buffer);
  /** How many entries to wait for. */
  length = 0;

  /** Makes room for so many descriptors. */
  constructor(capacity: number) {
    const memory = new ArrayBuffer(capacity * pollfdSize);
    this.#memory = nativeBuffer(new Uint8Array(memory));
    this.#descriptors = new Int32Array(memory);
    this.#events = new Int16Array(memory);
  }

  /** Sets what an entry waits for: `POLLIN`, `POLLOUT` or both. Errors and hang-ups count always. */
  set(index: number, fd: number, events: number): void {
    this.#descriptors[2 * index] = fd;
    this.#events[4 * index + 2] = events;
    this.#events[4 * index + 3] = 0;
  }

  /** Whether something happened to that entry during the last `wait`. */
  happened(index: number): boolean {
    return this.#events[4 * index + 3] !== 0;
  }

  /**
   * Sleeps until something happens or the time is over: milliseconds, `Infinity` for no end. Answers whether
   * something happened. Fractions are rounded up, but for a time below a millisecond where the system has those.
   */
  wait(timeoutMs: number): boolean {
    const end = performance.now() + timeoutMs;
    for (let left = timeoutMs;; left = end - performance.now()) {
      const count = this.#poll(left > 0 ? left : 0);
      if (count >= 0) return count > 0;
      const number = this.#libc.errno[0];
      if (number !== errno.EINTR) throw new SystemError("poll", number);
    }
  }

  #poll(timeoutMs: number): number {
    const { poll, ppoll } = this.#libc;
    const { pointer } = this.#memory;
    if (ppoll !== undefined && timeoutMs > 0 && timeoutMs < 1) {
      this.#time[nanoseconds] = timeoutMs * 1e6;
      return ppoll(pointer, this.length, this.#timeBytes, null);
    }
    return poll(pointer, this.length, timeoutMs > longest ? -1 : Math.ceil(timeoutMs));
  }
}
