/** Fills the array with unpredictable bytes; `crypto.getRandomValues` does. */
export type RandomSource = (bytes: Uint8Array<ArrayBuffer>) => void;

/**
 * Masking keys, a fresh one per frame (RFC 6455 §5.3: from a strong source of entropy, not predictable).
 * Drawn from a pool, since asking the source four bytes at a time would cost more than masking.
 *
 * @example
 * ```ts
 * import { MaskKeys } from "@silver9/websocket/core";
 *
 * const maskKeys = new MaskKeys((bytes) => crypto.getRandomValues(bytes));
 * console.log(typeof maskKeys.next()); // prints: number
 * ```
 */
export class MaskKeys {
  readonly #random: RandomSource;
  readonly #keys = new Int32Array(1024);
  readonly #bytes = new Uint8Array(this.#keys.buffer);
  #next = this.#keys.length;

  /** Draws from the given source. */
  constructor(random: RandomSource) {
    this.#random = random;
  }

  /** Four fresh random bytes; the first to be sent is the lowest. */
  next(): number {
    if (this.#next === this.#keys.length) {
      this.#random(this.#bytes);
      this.#next = 0;
    }
    return this.#keys[this.#next++];
  }

  /** Fills the array, of a multiple of four bytes, with fresh random bytes. */
  fill(bytes: Uint8Array): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let at = 0; at < bytes.length; at += 4) view.setInt32(at, this.next());
  }
}

/** Below this many bytes a loop over bytes beats the set-up of the loop over words. */
const FEW = 32;

/** The word that holds the four bytes of `key`, lowest first, in this machine's byte order. */
const scratch = new Uint8Array(4);
const scratchWord = new Int32Array(scratch.buffer);
function wordOf(key: number): number {
  scratch[0] = key;
  scratch[1] = key >> 8;
  scratch[2] = key >> 16;
  scratch[3] = key >> 24;
  return scratchWord[0];
}

/**
 * XORs `bytes[start, end)` with the key in place (RFC 6455 §5.3). `words` is the same memory as `bytes`, which
 * begins at the buffer's start.
 */
export function applyMask(
  bytes: Uint8Array,
  words: Int32Array,
  start: number,
  end: number,
  key: number,
): void {
  let at = start;
  let turned = key;
  if (end - start >= FEW) {
    for (; (at & 3) !== 0; at++) {
      bytes[at] ^= turned;
      turned = (turned >>> 8) | (turned << 24);
    }
    const word = wordOf(turned);
    let index = at >> 2;
    const last = end >> 2;
    for (const unrolled = last - 3; index < unrolled; index += 4) {
      words[index] ^= word;
      words[index + 1] ^= word;
      words[index + 2] ^= word;
      words[index + 3] ^= word;
    }
    for (; index < last; index++) words[index] ^= word;
    at = index << 2;
  }
  for (; at < end; at++) {
    bytes[at] ^= turned;
    turned = (turned >>> 8) | (turned << 24);
  }
}

/** Copies `source` to `target` at `start` and masks the copy, for short payloads in one pass. */
export function copyMasked(source: Uint8Array, target: Uint8Array, start: number, key: number): void {
  const length = source.length;
  const k1 = key >> 8, k2 = key >> 16, k3 = key >> 24;
  let from = 0;
  let to = start;
  for (const last = length - 3; from < last; from += 4, to += 4) {
    target[to] = source[from] ^ key;
    target[to + 1] = source[from + 1] ^ k1;
    target[to + 2] = source[from + 2] ^ k2;
    target[to + 3] = source[from + 3] ^ k3;
  }
  let turned = key;
  for (; from < length; from++, to++) {
    target[to] = source[from] ^ turned;
    turned >>= 8;
  }
}
