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
  /**
   * The memory that the payload lies in, from {@linkcode Payload.start} on: reading single bytes there makes not even
   * a view. What lies around the payload is of no meaning, and nothing is to be written.
   *
   * @example The first byte and the last.
   * ```ts
   * import type { Payload } from "@silver9/websocket";
   *
   * function edges({ source, start, byteLength }: Payload): [number | undefined, number | undefined] {
   *   return byteLength === 0 ? [undefined, undefined] : [source[start], source[start + byteLength - 1]];
   * }
   * ```
   */
  readonly source: Uint8Array;
  /** Where in {@linkcode Payload.source}, and in {@linkcode Payload.dataView}, the payload begins. */
  readonly start: number;
  /**
   * All of {@linkcode Payload.source}, to read numbers from at {@linkcode Payload.start} and behind; one object for all
   * messages that lie in the same memory.
   *
   * @example A price at offset 8 of each message.
   * ```ts
   * import type { Payload } from "@silver9/websocket";
   *
   * const price = ({ dataView, start }: Payload): number => dataView.getFloat64(start + 8, true);
   * ```
   */
  readonly dataView: DataView;
}

const EMPTY = new Uint8Array(0);
/** RFC 6455 says nothing of byte order marks: a U+FEFF is content like any other. */
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Makes a string of ASCII bytes `source[start, end)`. A runtime may have something faster than `TextDecoder`. */
export type AsciiDecoder = (source: Uint8Array, start: number, end: number) => string;

/** A {@linkcode Payload} that can be pointed at other bytes. */
export class PayloadView implements Payload {
  /** The memory that holds the payload, at `start`. */
  source: Uint8Array = EMPTY;
  /** Where in `source` it begins. */
  start = 0;

  readonly #decodeAscii: AsciiDecoder | undefined;
  // To ask a typed array for its buffer costs more than to remember it for all messages of a chunk; the first to ask
  // has it made, in Bun.
  #buffer: ArrayBufferLike | undefined;
  #length = 0;
  #ascii = false;
  #view: Uint8Array | undefined;
  #dataView: DataView | undefined;

  /** Decodes by `decodeAscii` what is known to be ASCII, and all else by `TextDecoder`. */
  constructor(decodeAscii?: AsciiDecoder) {
    this.#decodeAscii = decodeAscii;
  }

  get byteLength(): number {
    return this.#length;
  }

  get bytes(): Uint8Array {
    if (this.#view !== undefined) return this.#view;
    this.#buffer ??= this.source.buffer;
    return this.#view = new Uint8Array(this.#buffer, this.source.byteOffset + this.start, this.#length);
  }

  get text(): string {
    if (this.#length === 0) return "";
    if (this.#ascii && this.#decodeAscii !== undefined) {
      return this.#decodeAscii(this.source, this.start, this.start + this.#length);
    }
    return decoder.decode(this.bytes);
  }

  get dataView(): DataView {
    if (this.#dataView !== undefined) return this.#dataView;
    this.#buffer ??= this.source.buffer;
    return this.#dataView = new DataView(this.#buffer, this.source.byteOffset, this.source.byteLength);
  }

  copy(): Uint8Array<ArrayBuffer> {
    const copied = new Uint8Array(this.#length);
    copied.set(this.bytes);
    return copied;
  }

  /** Points at `source[start, start + length)`; `ascii` when its bytes are known to be. */
  point(source: Uint8Array, start: number, length: number, ascii = false): void {
    if (source !== this.source) {
      this.source = source;
      this.#buffer = undefined;
      this.#dataView = undefined;
    }
    this.start = start;
    this.#length = length;
    this.#ascii = ascii;
    this.#view = undefined;
  }

  /** Lets go of the memory: reading gives an empty payload. */
  release(): void {
    this.point(EMPTY, 0, 0);
  }
}
