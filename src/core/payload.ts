/**
 * The content of one message or control frame, as a handler sees it: **one object per client, reused**,
 * valid until the callback returns. Nothing is made until it is asked for; take {@linkcode Payload.copy} to
 * keep the bytes.
 */
export interface Payload {
  /** Length in bytes. */
  readonly byteLength: number;
  /** A view of the bytes where they lie: no copy, valid until the callback returns. */
  readonly bytes: Uint8Array;
  /**
   * The bytes decoded as UTF-8; a byte order mark is kept. Text messages have been validated; in other
   * payloads what is not UTF-8 becomes U+FFFD.
   */
  readonly text: string;
  /** The bytes in memory of their own, to keep. */
  copy(): Uint8Array<ArrayBuffer>;
}

const EMPTY = new Uint8Array(0);
/** RFC 6455 says nothing of byte order marks: a U+FEFF is content like any other. */
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** A {@linkcode Payload} that can be pointed at other bytes. */
export class PayloadView implements Payload {
  /** The memory that holds the payload, at `start`. */
  source: Uint8Array = EMPTY;
  /** Where in `source` it begins. */
  start = 0;
  #length = 0;
  #view: Uint8Array | undefined;

  get byteLength(): number {
    return this.#length;
  }

  get bytes(): Uint8Array {
    return this.#view ??= new Uint8Array(
      this.source.buffer,
      this.source.byteOffset + this.start,
      this.#length,
    );
  }

  get text(): string {
    return this.#length === 0 ? "" : decoder.decode(this.bytes);
  }

  copy(): Uint8Array<ArrayBuffer> {
    const copied = new Uint8Array(this.#length);
    copied.set(this.bytes);
    return copied;
  }

  /** Points at `source[start, start + length)`. */
  point(source: Uint8Array, start: number, length: number): void {
    this.source = source;
    this.start = start;
    this.#length = length;
    this.#view = undefined;
  }

  /** Lets go of the memory: reading gives an empty payload. */
  release(): void {
    this.point(EMPTY, 0, 0);
  }
}
