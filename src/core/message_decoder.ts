import { Assembler } from "./assembler.ts";
import { type DecoderLimits, HeaderDecoder, invalidUtf8 } from "./decoder.ts";
import type { DeflateReceiver } from "./deflate_receiver.ts";
import type { PartView } from "./message_part.ts";
import { MAX_CONTROL_PAYLOAD, Opcode } from "./opcode.ts";
import { PartReader } from "./part_reader.ts";
import { type AsciiDecoder, PayloadView } from "./payload.ts";
import { type Utf8Checks, Utf8Validator } from "./utf8.ts";

/** Limits that a {@linkcode MessageDecoder} enforces, in bytes. */
export interface MessageLimits extends DecoderLimits {
  /** The largest message, over all its fragments, after decompression. */
  readonly maxMessageSize: number;
}

/** What a {@linkcode MessageDecoder} takes. */
export interface MessageDecoderOptions extends MessageLimits {
  /** Makes strings of ASCII texts. Default: `TextDecoder`. */
  readonly decodeAscii?: AsciiDecoder;
  /** Looks at the bytes of longer texts, also of those to be sent. Default: done here. */
  readonly utf8Checks?: Utf8Checks;
  /** @internal Inflates messages with RSV1 set (RFC 7692). Default: there may be none. */
  readonly inflate?: DeflateReceiver;
  /** Hands messages over in parts, as they come, and gathers none. Default: `false`. */
  readonly messageParts?: boolean;
}

/** What `next` answers for a part of a message: no opcode. */
export const PART = 17;

/** The first byte of a whole message in one frame. */
const FINAL_TEXT = 0x81;
const FINAL_BINARY = 0x82;
/** Payloads up to here have their length in the header's second byte. */
const SHORT = 125;

const NOTHING = new Uint8Array(0);

/**
 * Turns the chunks of a byte stream into whole messages and control frames, one at a time and only when
 * asked. What lies whole in a chunk is handed over where it lies; what does not is gathered by an
 * {@linkcode Assembler}.
 */
export class MessageDecoder {
  /** What `next` found. */
  readonly payload: PayloadView;
  /** The same, where messages are handed over in parts. */
  readonly part: PartView | undefined;
  /** Frames begun so far. */
  frames = 0;

  readonly #header: HeaderDecoder;
  readonly #inflate: DeflateReceiver | undefined;
  /** The longest payload that needs no look at the limits. */
  readonly #short: number;
  readonly #message: Assembler;
  /** Where messages are handed over in parts. */
  readonly #parts: PartReader | undefined;
  readonly #utf8: Utf8Validator;
  /** A control frame that did not arrive whole; made when there is one. */
  #control: Uint8Array | undefined;
  #controlLength = 0;

  #chunk: Uint8Array = NOTHING;
  #at = 0;
  #end = 0;

  /** Between two messages, with no header begun: the next byte may begin a whole message. Never where there are parts. */
  #between: boolean;
  /** Whether a frame's header has been read and its payload has not. */
  #inFrame = false;
  /** Payload bytes of that frame still to come. */
  #missing = 0;
  /** Text or Binary while a message is incomplete, else 0. */
  #messageOpcode = 0;
  /** Whether that message is compressed. */
  #compressed = false;
  /** Whether the message that `next` handed over last lies in the assembler. */
  #handedOver = false;

  /** Enforces the given limits. */
  constructor(options: MessageDecoderOptions) {
    const { maxFrameSize, maxMessageSize, decodeAscii, utf8Checks, inflate, messageParts } = options;
    this.#parts = messageParts ? new PartReader(options) : undefined;
    this.part = this.#parts?.view;
    this.payload = this.part ?? new PayloadView(decodeAscii);
    this.#between = this.#parts === undefined;
    this.#header = new HeaderDecoder({ maxFrameSize }, inflate !== undefined);
    this.#inflate = inflate;
    this.#utf8 = new Utf8Validator(utf8Checks);
    this.#message = new Assembler(maxMessageSize);
    this.#short = Math.min(SHORT, maxFrameSize, maxMessageSize);
  }

  /** Whether the stream, ending here, would cut a frame or a message. */
  get incomplete(): boolean {
    return this.#inFrame || this.#header.midHeader || this.#messageOpcode !== 0;
  }

  /** Hands in the next chunk. Then call `next` until it answers 0; the memory must not change before that. */
  push(chunk: Uint8Array): void {
    this.#chunk = chunk;
    this.#at = 0;
    this.#end = chunk.length;
  }

  /** Whether there is more to hand over of what has been looked at: call `next` even without a chunk. */
  get pending(): boolean {
    return this.#parts !== undefined && this.#parts.pending;
  }

  /** The part of the chunk that has not been looked at. */
  rest(): Uint8Array {
    return this.#chunk.subarray(this.#at, this.#end);
  }

  /**
   * The next message or control frame: its opcode, with the content in `payload` until the next call.
   * 0: the chunk is used up. Throws `WebSocketError` for what the peer may not send; nothing may be read after.
   */
  next(): number {
    if (this.#handedOver) {
      this.#handedOver = false;
      this.#message.clear();
      this.#parts?.clear();
    }
    if (this.#between) {
      const opcode = this.#nextShort();
      if (opcode !== 0) return opcode;
    }
    while (this.#at < this.#end || this.pending) {
      this.#between = false;
      if (!this.#inFrame) {
        const size = this.#header.decode(this.#chunk, this.#at, this.#end);
        if (size === 0) break;
        this.#at += size;
        this.#beginFrame();
      }
      const event = this.#header.opcode >= Opcode.Close ? this.#readControl() : this.#readData();
      if (event !== 0) {
        this.#between = this.#messageOpcode === 0 && this.#parts === undefined;
        return event;
      }
      // A frame without a payload is complete with its header, so the loop goes on at the chunk's end too.
    }
    this.#chunk = NOTHING;
    this.#at = this.#end = 0;
    this.payload.release();
    return 0;
  }

  /** Forgets what has not been looked at; `payload` stays. */
  discard(): void {
    this.push(NOTHING);
  }

  /** Lets go of everything: nothing will be read any more. */
  release(): void {
    this.discard();
    this.#message.clear();
    this.#parts?.clear();
    this.payload.release();
  }

  /**
   * The shortcut for what most messages are: short, in one frame, whole in the chunk. It takes a third of the time of
   * the general way; 0: go that way.
   */
  #nextShort(): number {
    const at = this.#at;
    if (this.#end - at < 2) return 0;
    const first = this.#chunk[at];
    const length = this.#chunk[at + 1];
    if ((first !== FINAL_BINARY && first !== FINAL_TEXT) || length > this.#short) return 0;
    const start = at + 2;
    if (start + length > this.#end) return 0;
    this.frames++;
    let ascii = false;
    if (first === FINAL_TEXT) {
      this.#utf8.reset();
      if (!this.#utf8.validate(this.#chunk, start, start + length)) throw invalidUtf8();
      if (!this.#utf8.complete) throw invalidUtf8();
      ascii = this.#utf8.ascii;
    }
    this.#at = start + length;
    this.payload.point(this.#chunk, start, length, ascii);
    return first & 0x0f;
  }

  /** The limit on a message's size is checked on the header. */
  #beginFrame(): void {
    const { opcode, length } = this.#header;
    this.frames++;
    this.#inFrame = true;
    this.#missing = length;
    if (opcode >= Opcode.Close) {
      this.#controlLength = 0;
      return;
    }
    if (opcode !== Opcode.Continuation) {
      this.#messageOpcode = opcode;
      this.#compressed = this.#header.rsv1;
      if (opcode === Opcode.Text) this.#utf8.reset();
      this.#parts?.begin(opcode, this.#compressed);
    }
    if (this.#parts !== undefined) return this.#parts.beginFrame(length);
    if (!this.#compressed) this.#message.checkRoom(length);
  }

  #readData(): number {
    if (this.#parts !== undefined) return this.#readPart(this.#parts);
    const start = this.#at;
    const available = this.#end - start;
    const missing = this.#missing;
    const taken = available < missing ? available : missing;
    if (this.#compressed) return this.#readCompressed(start, start + taken);
    const text = this.#messageOpcode === Opcode.Text;
    // §8.1, as early as can be: at the first impossible byte, wherever the frame is cut.
    if (text && !this.#utf8.validate(this.#chunk, start, start + taken)) throw invalidUtf8();
    this.#at = start + taken;
    const whole = taken === missing && this.#header.fin;
    if (whole && this.#message.length === 0) {
      this.#inFrame = false;
      this.payload.point(this.#chunk, start, taken, text && this.#utf8.ascii);
      return this.#endMessage(text);
    }
    this.#message.append(this.#chunk, start, start + taken);
    this.#missing = missing - taken;
    if (this.#missing > 0) return 0;
    this.#inFrame = false;
    if (!whole) return 0;
    return this.#handOver(text);
  }

  #readPart(parts: PartReader): number {
    const start = this.#at;
    const end = start + Math.min(this.#end - start, this.#missing);
    this.#at = parts.read(this.#chunk, start, end);
    this.#missing -= this.#at - start;
    if (this.#missing === 0 && !parts.pending) this.#inFrame = false;
    const final = !this.#inFrame && this.#header.fin;
    if (!parts.tell(final)) return 0;
    if (final) {
      this.#messageOpcode = 0;
      this.#handedOver = true;
    }
    return PART;
  }

  /** Of a compressed message what counts is what its bytes inflate to. */
  #readCompressed(start: number, end: number): number {
    const message = this.#message;
    const text = this.#messageOpcode === Opcode.Text;
    const before = message.length;
    try {
      this.#inflate!.write(this.#chunk, start, end, message);
    } catch (error) {
      // Byte by byte, what is not UTF-8 would have been seen before the limit was passed.
      const within = Math.min(message.length, message.end - 1);
      if (text && !this.#utf8.validate(message.bytes, before, within)) throw invalidUtf8();
      throw error;
    }
    if (text && !this.#utf8.validate(message.bytes, before, message.length)) throw invalidUtf8();
    this.#at = end;
    this.#missing -= end - start;
    if (this.#missing > 0) return 0;
    this.#inFrame = false;
    if (!this.#header.fin) return 0;
    this.#inflate!.finish(message.length);
    return this.#handOver(text);
  }

  /** The message lies in the assembler. */
  #handOver(text: boolean): number {
    this.payload.point(this.#message.bytes, 0, this.#message.length, text && this.#utf8.ascii);
    this.#handedOver = true;
    return this.#endMessage(text);
  }

  #endMessage(text: boolean): number {
    if (text && !this.#utf8.complete) throw invalidUtf8();
    const opcode = this.#messageOpcode;
    this.#messageOpcode = 0;
    return opcode;
  }

  #readControl(): number {
    const start = this.#at;
    const taken = Math.min(this.#end - start, this.#missing);
    this.#at = start + taken;
    this.#missing -= taken;
    const opcode = this.#header.opcode;
    if (this.#missing === 0 && this.#controlLength === 0) {
      this.#inFrame = false;
      this.payload.point(this.#chunk, start, taken);
      return opcode;
    }
    this.#control ??= new Uint8Array(MAX_CONTROL_PAYLOAD);
    this.#control.set(this.#chunk.subarray(start, this.#at), this.#controlLength);
    this.#controlLength += taken;
    if (this.#missing > 0) return 0;
    this.#inFrame = false;
    this.payload.point(this.#control, 0, this.#controlLength);
    return opcode;
  }
}
