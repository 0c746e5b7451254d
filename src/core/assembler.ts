import { acquireBuffer, type PooledBuffer, releaseBuffer } from "./buffer_pool.ts";

/**
 * Gathers a message that did not arrive whole: the pieces of its frames, and its fragments, in one growing
 * buffer. It grows with what has arrived, never with what was announced.
 */
export class Assembler {
  #buffer: PooledBuffer | undefined;
  #length = 0;

  /** Bytes gathered. */
  get length(): number {
    return this.#length;
  }

  /** The gathered bytes are the first {@linkcode Assembler.length} of these. */
  get bytes(): Uint8Array {
    return this.#buffer === undefined ? NOTHING : this.#buffer.bytes;
  }

  /** Adds a copy of `bytes[start, end)`. */
  append(bytes: Uint8Array, start: number, end: number): void {
    if (start === end) return;
    const length = this.#length + end - start;
    if (this.#buffer === undefined || length > this.#buffer.bytes.length) this.#grow(length);
    this.#buffer!.bytes.set(
      start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end),
      this.#length,
    );
    this.#length = length;
  }

  /** Forgets the message and gives its buffer back. */
  clear(): void {
    this.#length = 0;
    if (this.#buffer === undefined) return;
    releaseBuffer(this.#buffer);
    this.#buffer = undefined;
  }

  #grow(size: number): void {
    const larger = acquireBuffer(size);
    if (this.#buffer !== undefined) {
      larger.bytes.set(this.#buffer.bytes.subarray(0, this.#length));
      releaseBuffer(this.#buffer);
    }
    this.#buffer = larger;
  }
}

const NOTHING = new Uint8Array(0);
