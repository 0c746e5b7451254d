import { replaceLibc } from "../../src/transport/syscall/libc.ts";
import type { Libc } from "../../src/transport/syscall/libc.ts";
import type { Pointer } from "../../src/transport/syscall/ffi.ts";
import { loadFfi } from "../../src/transport/syscall/load_ffi.ts";
import { errno, POLLIN } from "../../src/transport/syscall/platform.ts";
import { PollSet } from "../../src/transport/syscall/poll_set.ts";

/** System calls that can be made to fail. `close` cannot: what it answers is of no interest to anybody. */
const NAMES = [
  "socket",
  "connect",
  "getsockopt",
  "setsockopt",
  "sendmsg",
  "recvmsg",
  "read",
  "poll",
  "ppoll",
  "shutdown",
] as const;
export type SystemCall = (typeof NAMES)[number];

/** Where `struct msghdr`, as this client makes it, has the length of its only piece: in words of 32 bits. */
const PIECE_LENGTH = 16;

/** What goes wrong in a run. */
export interface Trouble {
  /** The call that fails, counted from 1. Default: none. */
  readonly failAt?: number;
  /** The name of what it fails with. Default: `ECONNRESET`. */
  readonly code?: string;
  /** The most bytes that are read or written at a time. */
  readonly most?: number;
  /** Whether reads count that find nothing: not where they are made again and again. Default: `true`. */
  readonly countsIdle?: boolean;
}

/** C's library in bad health. One for the thread; it is well until {@linkcode FaultyLibc.begin}. */
export class FaultyLibc {
  /** How many calls have been made in this run. */
  calls = 0;
  /** Sockets that have been opened and not been closed. */
  readonly open: Set<number> = new Set();
  /** Which call has failed. */
  failed: SystemCall | undefined;
  #trouble: Trouble = {};
  readonly #real: Libc;
  /** Made before the library was replaced. */
  readonly #readable = new PollSet(1);
  readonly #pieces = new Map<Pointer, Uint32Array>();

  private constructor(real: Libc) {
    this.#real = real;
  }

  /** Puts it in the library's place. */
  static install(): FaultyLibc {
    let faulty: FaultyLibc | undefined;
    replaceLibc((real) => (faulty = new FaultyLibc(real)).#face());
    return faulty!;
  }

  /** Begins a run. */
  begin(trouble: Trouble): void {
    this.#trouble = trouble;
    this.calls = 0;
    this.failed = undefined;
    this.open.clear();
  }

  /** Ends the trouble. What has happened can still be asked. */
  end(): void {
    this.#trouble = {};
  }

  #face(): Libc {
    const real = this.#real;
    const wrapped = Object.fromEntries(NAMES.flatMap((name) => {
      const call = real[name] as ((...args: number[]) => number) | undefined;
      return call === undefined ? [] : [[name, (...args: number[]) => this.#call(name, call, args)]];
    }));
    const close = (fd: number): number => {
      this.open.delete(fd);
      return real.close(fd);
    };
    return { ...real, ...wrapped, close };
  }

  #call(name: SystemCall, call: (...args: number[]) => number, args: number[]): number {
    const { failAt, code = "ECONNRESET", countsIdle = true } = this.#trouble;
    if (this.#counts(name, args[0], countsIdle) && ++this.calls === failAt) {
      this.failed = name;
      // A signal interrupts the wait for a connection, which is made all the same.
      if (name === "connect" && code === "EINTR") call(...args);
      this.#real.errno[0] = errno[code];
      return -1;
    }
    this.#shorten(name, args);
    const result = call(...args);
    if (name === "socket" && result >= 0) this.open.add(result);
    return result;
  }

  #counts(name: SystemCall, fd: number, countsIdle: boolean): boolean {
    if (countsIdle || (name !== "read" && name !== "recvmsg" && name !== "poll")) return true;
    if (name === "poll") return false;
    this.#readable.set(0, fd, POLLIN);
    this.#readable.length = 1;
    return this.#readable.wait(0);
  }

  #shorten(name: SystemCall, args: number[]): void {
    const { most } = this.#trouble;
    if (most === undefined) return;
    if (name === "read") args[2] = Math.min(args[2], most);
    if (name !== "sendmsg") return;
    const message = args[1] as unknown as Pointer;
    let words = this.#pieces.get(message);
    if (words === undefined) {
      words = new Uint32Array(loadFfi().memory(message, 4 * (PIECE_LENGTH + 1)));
      this.#pieces.set(message, words);
    }
    words[PIECE_LENGTH] = Math.min(words[PIECE_LENGTH], most);
  }
}
