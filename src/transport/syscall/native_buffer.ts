import type { Pointer } from "./ffi.ts";
import { placeOf } from "./place.ts";

/** Memory for native code to write to, whose address is found only once. */
export interface NativeBuffer {
  /** Keeps the memory alive. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** To its first byte. Only together with {@linkcode lengthOf}. */
  readonly pointer: Pointer;
}

/** Native code may write to all of `bytes`, which are all of their `ArrayBuffer`. */
export function nativeBuffer(bytes: Uint8Array<ArrayBuffer>): NativeBuffer {
  return { bytes, pointer: placeOf(bytes.buffer).pointer };
}

/**
 * How many bytes are behind the pointer at this moment. Throws when somebody has transferred the memory to
 * another thread: the pointer is then another's or nobody's.
 */
export function lengthOf({ bytes }: NativeBuffer): number {
  if (bytes.length === 0) throw new TypeError("the receive buffer has been transferred away");
  return bytes.length;
}

/** Native code sees no bounds. These are checked before it is called; a buffer transferred away has none. */
export function checkRange(bytes: Uint8Array, start: number, end: number): void {
  if (start >= 0 && start <= end && end <= bytes.length) return;
  throw new RangeError(`bytes ${start} to ${end} of a buffer of ${bytes.length}`);
}
