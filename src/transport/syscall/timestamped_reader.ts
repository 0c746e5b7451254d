import process from "node:process";
import type { Pointer } from "./ffi.ts";
import { type Libc, libc } from "./libc.ts";
import { loadFfi } from "./load_ffi.ts";
import { type NativeBuffer, nativeBuffer } from "./native_buffer.ts";
import { placeOf } from "./place.ts";
import { platform } from "./platform.ts";

/** Whether this system tells when it received the bytes of a connection. */
export const tellsReceiveTimes: boolean = process.platform === "linux";

/**
 * Where, in words of 32 bits, Linux has the fields of `struct msghdr`, of the `struct iovec` behind it, and of one
 * control message with a `struct timespec` behind that.
 */
const iovPointer = 4;
const iovLength = 6;
const controlPointer = 8;
const controlLength = 10;
const iovec = 14;
const iovecLength = iovec + 2;
const control = iovec + 4;
const controlType = control + 3;
const seconds = control + 4;
const nanoseconds = seconds + 2;
const words = nanoseconds + 2;
const controlSize = (words - control) * 4;

const twoTo32 = 2 ** 32;

/** What `read` of the C library does, by whatever call. */
export interface Reader {
  read(fd: number, into: Pointer, room: number): number;
}

/** Reads in the place of `read`, and lets the system note when it received what was read. */
export class TimestampedReader implements Reader {
  readonly #libc: Libc = libc();
  readonly #timestamp = platform().SO_TIMESTAMPNS;
  /** This reader's own, so that a time which nobody asks for is never even looked at. */
  readonly #message: NativeBuffer;
  readonly #words: Uint32Array;
  /** What `iovec` points to. */
  #into: Pointer | undefined;

  constructor() {
    const memory = new ArrayBuffer(words * 4);
    this.#message = nativeBuffer(new Uint8Array(memory));
    this.#words = new Uint32Array(memory);
    const { address } = placeOf(memory);
    this.#setPointer(iovPointer, address + iovec * 4);
    this.#words[iovLength] = 1;
    this.#setPointer(controlPointer, address + control * 4);
  }

  /** As `read` of the C library. */
  read(fd: number, into: Pointer, room: number): number {
    // To find the address allocates; a connection has one buffer to read into.
    if (into !== this.#into) this.#pointTo(into);
    const words = this.#words;
    words[iovecLength] = room;
    words[controlLength] = controlSize;
    // What is left of the last time must not be taken for this one's.
    words[controlType] = 0;
    return this.#libc.recvmsg(fd, this.#message.pointer, 0);
  }

  /** When what was read last was received: milliseconds since the epoch, `undefined` where the system did not say. */
  get receivedAt(): number | undefined {
    const words = this.#words;
    if (words[controlType] !== this.#timestamp) return undefined;
    return (words[seconds + 1] * twoTo32 + words[seconds]) * 1e3 + words[nanoseconds] / 1e6;
  }

  #pointTo(into: Pointer): void {
    this.#setPointer(iovec, Number(loadFfi().address(into)));
    this.#into = into;
  }

  #setPointer(word: number, address: number): void {
    this.#words[word] = address % twoTo32;
    this.#words[word + 1] = address / twoTo32;
  }
}
