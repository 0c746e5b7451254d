import { Assembler, tooLarge } from "./assembler.ts";
import { invalidUtf8 } from "./decoder.ts";
import type { DeflateReceiver } from "./deflate_receiver.ts";
import { PartView } from "./message_part.ts";
import { Opcode } from "./opcode.ts";
import type { AsciiDecoder } from "./payload.ts";
import { type Utf8Checks, Utf8Validator } from "./utf8.ts";

/** What a {@linkcode PartReader} takes. */
export interface PartReaderOptions {
  readonly maxMessageSize: number;
  readonly decodeAscii?: AsciiDecoder;
  readonly utf8Checks?: Utf8Checks;
  readonly inflate?: DeflateReceiver;
}

/** What is inflated at once, in bytes. */
const ROOM = 64 * 1024;
/** Bytes of a character in UTF-8 at most. */
const LONGEST_CHARACTER = 4;

/**
 * Hands over messages in parts where they lie, in the chunk or in what was inflated last, so that no message is ever
 * held in memory. A character of a text that is cut becomes a part of its own, once its end has come.
 */
export class PartReader {
  /** The part that `read` found. */
  readonly view: PartView;
  /** Whether there is more to hand over of what has been taken already. */
  pending = false;

  readonly #limit: number;
  readonly #inflate: DeflateReceiver | undefined;
  readonly #utf8: Utf8Validator;
  /** The character that is cut. */
  readonly #cut = new Uint8Array(LONGEST_CHARACTER);
  #cutLength = 0;
  /** What was inflated last, handed over up to `#at`. */
  readonly #inflated = new Assembler();
  #at = 0;
  /** Bytes of the message so far. */
  #length = 0;
  #text = false;
  #compressed = false;
  #first = true;

  constructor({ maxMessageSize, decodeAscii, utf8Checks, inflate }: PartReaderOptions) {
    this.view = new PartView(decodeAscii);
    this.#limit = maxMessageSize;
    this.#utf8 = new Utf8Validator(utf8Checks);
    this.#inflate = inflate;
  }

  /** A message begins. */
  begin(opcode: number, compressed: boolean): void {
    this.#text = opcode === Opcode.Text;
    this.#compressed = compressed;
    this.#first = true;
    this.#length = 0;
    if (this.#text) this.#utf8.reset();
  }

  /** A frame begins, with a payload of so many bytes. Throws `LimitExceeded` where the message gets too large by it. */
  beginFrame(length: number): void {
    // Of a compressed one it shows when it is inflated.
    if (this.#compressed) return;
    this.#length += length;
    if (this.#length > this.#limit) throw tooLarge(String(this.#length), this.#limit);
  }

  /** Points `view` at the next part. Answers up to where in `chunk[start, end)` it has taken bytes. */
  read(chunk: Uint8Array, start: number, end: number): number {
    if (this.#compressed) return this.#readCompressed(chunk, start, end);
    return this.#take(chunk, start, end);
  }

  /** Whether `view` has a part. Call after each `read`; `final`: the message ends here. */
  tell(final: boolean): boolean {
    if (final) this.#end();
    if (this.view.byteLength === 0 && !final) return false;
    this.view.describe(this.#text ? "text" : "binary", this.#first, final);
    this.#first = false;
    return true;
  }

  /** Gives memory back that `view` may point at: what it showed was looked at. */
  clear(): void {
    this.pending = false;
    this.#at = 0;
    this.#inflated.clear();
  }

  #end(): void {
    if (this.#text && !this.#utf8.complete) throw invalidUtf8();
    if (this.#compressed) this.#inflate!.finish(this.#length);
  }

  #readCompressed(chunk: Uint8Array, start: number, end: number): number {
    const inflated = this.#inflated;
    let taken = start;
    if (this.#at === inflated.length) {
      if (inflated.end === 0) inflated.grow(ROOM);
      inflated.length = this.#at = 0;
      taken = this.#inflate!.fill(chunk, start, end, inflated);
      this.#checkInflated();
    }
    this.#at = this.#take(inflated.bytes, this.#at, inflated.length);
    // What filled the room may not have been all.
    this.pending = this.#at < inflated.length || inflated.length === inflated.end;
    return taken;
  }

  #checkInflated(): void {
    const before = this.#length;
    this.#length += this.#inflated.length;
    if (this.#length <= this.#limit) return;
    // Byte by byte, what is not UTF-8 would have been seen before the limit was passed.
    if (this.#text && !this.#utf8.validate(this.#inflated.bytes, 0, this.#limit - before)) {
      throw invalidUtf8();
    }
    throw tooLarge(`more than ${this.#limit}`, this.#limit);
  }

  /** Points `view` at these bytes, or at those of them that are characters. Answers up to where. */
  #take(source: Uint8Array, start: number, end: number): number {
    if (!this.#text) {
      this.view.point(source, start, end - start);
      return end;
    }
    if (this.#cutLength > 0) return this.#completeCut(source, start, end);
    // §8.1, as early as can be: at the first impossible byte.
    if (!this.#utf8.validate(source, start, end)) throw invalidUtf8();
    let whole = end;
    if (!this.#utf8.complete) {
      while ((source[--whole] & 0xc0) === 0x80);
      for (let at = whole; at < end; at++) this.#cut[this.#cutLength++] = source[at];
    }
    this.view.point(source, start, whole - start, this.#utf8.ascii);
    return end;
  }

  #completeCut(source: Uint8Array, start: number, end: number): number {
    let at = start;
    while (at < end && !this.#utf8.complete) {
      if (!this.#utf8.validate(source, at, at + 1)) throw invalidUtf8();
      this.#cut[this.#cutLength++] = source[at++];
    }
    this.view.point(this.#cut, 0, this.#utf8.complete ? this.#cutLength : 0);
    if (this.#utf8.complete) this.#cutLength = 0;
    return at;
  }
}
