import { Buffer } from "node:buffer";

const encoder = new TextEncoder();
// A byte order mark is part of the text (RFC 6455 has no rule to drop it, and RFC 3629 leaves it to the protocol).
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

// Below this, `Buffer` decodes faster than `TextDecoder` in every runtime; above it, far slower in Deno.
const SHORT_TEXT = 512;
// `slice` clears the memory before it copies, which V8's constructor does not; below this, `slice` wins.
const LONG_COPY = 1024;
const SCRATCH = 64 * 1024;
let scratch: Uint8Array | undefined;

/** Bytes, shared between threads or not, with fast text access at any place. */
export class Memory {
  /** All of the bytes. */
  readonly bytes: Uint8Array;
  readonly #buffer: Buffer;
  readonly #isOwned: boolean;

  private constructor(bytes: Uint8Array, isOwned: boolean) {
    this.bytes = bytes;
    this.#buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#isOwned = isOwned;
  }

  /** Somebody else's bytes. */
  static over(bytes: Uint8Array): Memory {
    return new Memory(bytes, false);
  }

  /** Fresh bytes, which {@linkcode Memory.copy} may give away. */
  static allocate(length: number): Memory {
    return new Memory(new Uint8Array(length), true);
  }

  /** The UTF-8 length of `text` as {@linkcode Memory.writeText} writes it. */
  static textLength(text: string): number {
    return Buffer.byteLength(text, "utf8");
  }

  /** Writes `text` as UTF-8 over `[start, end)`, whose length must be right. A lone surrogate becomes U+FFFD. */
  writeText(text: string, start: number, end: number): void {
    encoder.encodeInto(text, this.bytes.subarray(start, end));
  }

  /** Reads `[start, end)` as UTF-8. */
  readText(start: number, end: number): string {
    const length = end - start;
    if (length <= SHORT_TEXT) return this.#buffer.toString("utf8", start, end);
    // A TextDecoder may refuse shared memory (WHATWG Encoding, `[AllowShared]`), and where it does not,
    // it is slower there than a copy and a decode.
    const view = this.bytes.subarray(start, end);
    if (length > SCRATCH) return decoder.decode(view.slice());
    scratch ??= new Uint8Array(SCRATCH);
    scratch.set(view, 0);
    return decoder.decode(scratch.subarray(0, length));
  }

  /** The bytes `[start, end)`, for the caller to keep. */
  copy(start: number, end: number): Uint8Array {
    if (this.#isOwned && start === 0 && end === this.bytes.length) return this.bytes;
    if (end - start < LONG_COPY) return this.bytes.slice(start, end);
    return new Uint8Array(this.bytes.subarray(start, end));
  }
}
