import { acquireBuffer, type PooledBuffer, releaseBuffer } from "./buffer_pool.ts";
import { CloseCode } from "./close_code.ts";
import { WebSocketError } from "./errors.ts";

/**
 * Gathers a message that does not lie in one piece: the pieces of its frames, its fragments, or what they inflate to,
 * in one growing buffer. It grows with what has arrived, never with what was announced.
 */
export class Assembler {
  /** Bytes gathered. Who writes to `bytes` moves it on. */
  length = 0;

  readonly #limit: number;
  #buffer: PooledBuffer | undefined;

  /** For messages of at most `limit` bytes. */
  constructor(limit = Infinity) {
    this.#limit = limit;
  }

  /** The gathered bytes are the first {@linkcode Assembler.length} of these. */
  get bytes(): Uint8Array {
    return this.#buffer === undefined ? NOTHING : this.#buffer.bytes;
  }

  /** Up to here may be written: one byte beyond the limit, so that passing it shows. */
  get end(): number {
    return Math.min(this.bytes.length, this.#limit + 1);
  }

  /** Adds a copy of `bytes[start, end)`. */
  append(bytes: Uint8Array, start: number, end: number): void {
    if (start === end) return;
    const length = this.length + end - start;
    if (this.#buffer === undefined || length > this.#buffer.bytes.length) this.#moveTo(length);
    this.#buffer!.bytes.set(
      start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end),
      this.length,
    );
    this.length = length;
  }

  /**
   * Makes room behind `end`, of at least `size` bytes in all.
   *
   * @throws {WebSocketError} `LimitExceeded` when there are more bytes than the limit allows.
   */
  grow(size = 0): void {
    if (this.length > this.#limit) throw tooLarge(`more than ${this.#limit}`, this.#limit);
    this.#moveTo(Math.min(Math.max(size, this.bytes.length * 2, 1), this.#limit + 1));
  }

  /** Throws `LimitExceeded` if `more` bytes are too many. */
  checkRoom(more: number): void {
    const length = this.length + more;
    if (length > this.#limit) throw tooLarge(String(length), this.#limit);
  }

  /** Forgets the message and gives its buffer back. */
  clear(): void {
    this.length = 0;
    if (this.#buffer === undefined) return;
    releaseBuffer(this.#buffer);
    this.#buffer = undefined;
  }

  #moveTo(size: number): void {
    const larger = acquireBuffer(size);
    if (this.#buffer !== undefined) {
      larger.bytes.set(this.#buffer.bytes.subarray(0, this.length));
      releaseBuffer(this.#buffer);
    }
    this.#buffer = larger;
  }
}

/** Makes the error for a message that is larger than allowed. */
export function tooLarge(size: string, limit: number): WebSocketError {
  const message = `reading a message: ${size} bytes, where maxMessageSize is ${limit}`;
  return new WebSocketError("LimitExceeded", message, { closeCode: CloseCode.TooBig });
}

const NOTHING = new Uint8Array(0);
