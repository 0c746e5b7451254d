/** Aligned words of the memory that was validated last: chunks mostly come in the same buffer. */
let wordsBuffer: ArrayBufferLike | undefined;
let words: Int32Array = new Int32Array(0);

function wordsOf(buffer: ArrayBufferLike): Int32Array {
  if (buffer !== wordsBuffer) {
    wordsBuffer = buffer;
    // A view without a length follows memory that grows; one of today's length would read what is new as zeros.
    words = canGrow(buffer) ? new Int32Array(buffer) : new Int32Array(buffer, 0, buffer.byteLength >> 2);
  }
  return words;
}

function canGrow(buffer: ArrayBufferLike): boolean {
  return buffer instanceof SharedArrayBuffer ? buffer.growable : buffer.resizable;
}

/** What a runtime may have to look at many bytes in one call, faster than this can in JavaScript. */
export interface Utf8Checks {
  /** Whether all of the bytes are ASCII. */
  isAscii(bytes: Uint8Array): boolean;
  /** Whether the bytes are UTF-8 as RFC 3629 has it, and end with a whole character. */
  isUtf8(bytes: Uint8Array): boolean;
}

/** Shorter runs are not worth looking at in words. */
const FEW = 16;
/** From so many bytes on a call is cheaper than looking at words of ASCII, the view that it takes included; */
const CALLED_FOR_ASCII = 512;
/** and from so many on cheaper than to follow other characters. */
const CALLED_FOR_OTHERS = 64;

/** Whether any of four bytes is outside ASCII. */
const NOT_ASCII = 0x80808080 | 0;

/**
 * Validates UTF-8 (RFC 3629) piece by piece, and says no at the first byte that cannot be right, be it in
 * the middle of a code point (RFC 6455 §8.1).
 */
export class Utf8Validator {
  readonly #checks: Utf8Checks | undefined;
  /** Continuation bytes that the current code point still wants. */
  #wanted = 0;
  /** Bounds of the next continuation byte: narrower after E0, ED, F0 and F4 (overlong, surrogates, range). */
  #lowest = 0x80;
  #highest = 0xbf;

  /** Whether all bytes of the text so far are ASCII. */
  ascii = true;

  /** Looks at many bytes by `checks`, where there are any. */
  constructor(checks?: Utf8Checks) {
    this.#checks = checks;
  }

  /** Whether the bytes so far end with a whole code point. */
  get complete(): boolean {
    return this.#wanted === 0;
  }

  /** Begins a new text. */
  reset(): void {
    this.ascii = true;
    this.#wanted = 0;
    this.#lowest = 0x80;
    this.#highest = 0xbf;
  }

  /** Goes on from where another one is. */
  goOnFrom(other: Utf8Validator): void {
    this.ascii = other.ascii;
    this.#wanted = other.#wanted;
    this.#lowest = other.#lowest;
    this.#highest = other.#highest;
  }

  /** Looks at `bytes[start, end)`; `false` at the first impossible byte. */
  validate(bytes: Uint8Array, start: number, end: number): boolean {
    let at = start;
    if (end - start >= CALLED_FOR_ASCII && this.#checks !== undefined && this.#wanted === 0) {
      if (this.#checks.isAscii(viewOf(bytes, start, end))) return true;
      at = this.#skipWhole(bytes, start, end, this.#checks);
      if (at < 0) return false;
    }
    while (at < end) {
      const byte = bytes[at];
      if (this.#wanted > 0) {
        if (byte < this.#lowest || byte > this.#highest) return false;
        this.#wanted--;
        this.#lowest = 0x80;
        this.#highest = 0xbf;
        at++;
      } else if (byte < 0x80) {
        at = end - at < FEW ? skipAsciiBytes(bytes, at, end) : skipAscii(bytes, at, end);
      } else if (end - at >= CALLED_FOR_OTHERS && this.#checks !== undefined) {
        at = this.#skipWhole(bytes, at, end, this.#checks);
        if (at < 0) return false;
      } else {
        if (!this.#begin(byte)) return false;
        at++;
      }
    }
    return true;
  }

  /** Where the character begins that is cut by `end`, if one is; negative where a byte before it cannot be right. */
  #skipWhole(bytes: Uint8Array, start: number, end: number, checks: Utf8Checks): number {
    let at = end;
    // Three continuation bytes are more than a cut character can have, so that then there is none.
    for (let back = 1; back <= 3; back++) {
      const byte = bytes[end - back];
      if (byte < 0x80) break;
      if (byte < 0xc0) continue;
      if (back < lengthFrom(byte)) at = end - back;
      break;
    }
    this.ascii = false;
    return checks.isUtf8(viewOf(bytes, start, at)) ? at : -1;
  }

  /** The table of RFC 3629 §4, by first byte. */
  #begin(byte: number): boolean {
    this.ascii = false;
    if (byte < 0xc2 || byte > 0xf4) return false;
    if (byte < 0xe0) {
      this.#wanted = 1;
    } else if (byte < 0xf0) {
      this.#wanted = 2;
      if (byte === 0xe0) this.#lowest = 0xa0;
      else if (byte === 0xed) this.#highest = 0x9f;
    } else {
      this.#wanted = 3;
      if (byte === 0xf0) this.#lowest = 0x90;
      else if (byte === 0xf4) this.#highest = 0x8f;
    }
    return true;
  }
}

function viewOf(bytes: Uint8Array, start: number, end: number): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset + start, end - start);
}

/** Bytes of a character that begins with this one. */
function lengthFrom(first: number): number {
  return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

function skipAsciiBytes(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && bytes[at] < 0x80) at++;
  return at;
}

function skipAscii(bytes: Uint8Array, start: number, end: number): number {
  const offset = bytes.byteOffset;
  const memory = wordsOf(bytes.buffer);
  let at = start;
  while (((at + offset) & 3) !== 0) {
    if (bytes[at] >= 0x80) return at;
    at++;
  }
  let index = (at + offset) >> 2;
  const last = (end + offset) >> 2;
  for (const unrolled = last - 3; index < unrolled; index += 4) {
    const any = memory[index] | memory[index + 1] | memory[index + 2] | memory[index + 3];
    if ((any & NOT_ASCII) !== 0) break;
  }
  for (; index < last; index++) {
    if ((memory[index] & NOT_ASCII) !== 0) break;
  }
  return skipAsciiBytes(bytes, (index << 2) - offset, end);
}
