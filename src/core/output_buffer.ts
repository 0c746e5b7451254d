import { acquireBuffer, type PooledBuffer, releaseBuffer } from "./buffer_pool.ts";

const NOTHING: PooledBuffer = { bytes: new Uint8Array(0), words: new Int32Array(0) };

/**
 * Frames on their way out, back to back, in one pooled buffer: `bytes[0, length)`. Owns none when empty.
 *
 * @example
 * ```ts
 * import { OutputBuffer } from "@silver9/websocket/core";
 *
 * const output = new OutputBuffer();
 * output.reserve(2);
 * output.bytes.set([0x89, 0], output.length);
 * output.length += 2;
 * console.log(output.bytes.subarray(0, output.length).join()); // prints: 137,0
 * output.clear();
 * ```
 */
export class OutputBuffer {
  #buffer = NOTHING;
  /** Bytes written so far. The encoder moves it. */
  length = 0;

  /** The memory; valid until the next `reserve`, `clear` or `detach`. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#buffer.bytes;
  }

  /** The same memory as aligned words. */
  get words(): Int32Array<ArrayBuffer> {
    return this.#buffer.words;
  }

  /** Makes room for `size` more bytes behind `length`. */
  reserve(size: number): void {
    const wanted = this.length + size;
    if (wanted <= this.#buffer.bytes.length) return;
    const larger = acquireBuffer(wanted);
    if (this.length > 0) larger.bytes.set(this.#buffer.bytes.subarray(0, this.length));
    if (this.#buffer !== NOTHING) releaseBuffer(this.#buffer);
    this.#buffer = larger;
  }

  /** Empties the buffer and gives its memory back. */
  clear(): void {
    this.length = 0;
    if (this.#buffer === NOTHING) return;
    releaseBuffer(this.#buffer);
    this.#buffer = NOTHING;
  }

  /** Empties the buffer without giving its memory back: whoever was lent it does that. */
  detach(): PooledBuffer {
    const buffer = this.#buffer;
    this.#buffer = NOTHING;
    this.length = 0;
    return buffer;
  }
}
