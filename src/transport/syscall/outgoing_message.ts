import type { Pointer } from "./ffi.ts";
import { type NativeBuffer, nativeBuffer } from "./native_buffer.ts";
import { placeOf } from "./place.ts";

/** Where, in words of 32 bits, C has the fields of `struct msghdr` and of the `struct iovec` behind it. */
const iovPointer = 4;
const iovLength = 6;
const iovec = 14;
const iovecLength = iovec + 2;
const words = iovec + 4;

const twoTo32 = 2 ** 32;

/**
 * The argument of `sendmsg`: some bytes, at an address. One for all sockets of a thread. In place of `send`,
 * whose fourth argument makes Node's call slow and lets it allocate, and whose address would need a view for what
 * is left of a partial write.
 */
export class OutgoingMessage {
  readonly #message: NativeBuffer;
  readonly #words: Uint32Array;

  constructor() {
    const memory = new ArrayBuffer(words * 4);
    this.#message = nativeBuffer(new Uint8Array(memory));
    this.#words = new Uint32Array(memory);
    this.#words[iovLength] = 1;
    this.#setPointer(iovPointer, placeOf(memory).address + iovec * 4);
  }

  /** Makes it `bytes[start, end)`, which have been checked. Answers the pointer to give to `sendmsg`. */
  holding(bytes: Uint8Array, start: number, end: number): Pointer {
    this.#setPointer(iovec, placeOf(bytes.buffer).address + bytes.byteOffset + start);
    this.#words[iovecLength] = end - start;
    return this.#message.pointer;
  }

  #setPointer(word: number, address: number): void {
    this.#words[word] = address % twoTo32;
    this.#words[word + 1] = address / twoTo32;
  }
}
