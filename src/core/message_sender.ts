import { checkTextBytes } from "./check_send.ts";
import { deflateBound, type DeflateSender } from "./deflate_sender.ts";
import { encodeAlone, FIN, FrameEncoder, frameSize, RSV1 } from "./encoder.ts";
import { WebSocketError } from "./errors.ts";
import type { MaskKeys } from "./mask.ts";
import { Opcode } from "./opcode.ts";
import { OutputBuffer } from "./output_buffer.ts";
import type { PreparedMessage } from "./prepared_message.ts";
import type { Utf8Checks } from "./utf8.ts";

/** What a {@linkcode MessageSender} needs. */
export interface MessageSenderOptions {
  readonly maskKeys: MaskKeys;
  /** Bytes that may wait before a message is refused. */
  readonly maxBufferedAmount: number;
  /** Compresses messages. Default: none are. */
  readonly deflate?: DeflateSender;
  /** Looks at longer texts that are given in UTF-8. Default: done here. */
  readonly utf8Checks?: Utf8Checks;
}

const NO_MESSAGE = -1;

/** Bytes of UTF-8 that a UTF-16 code unit takes at most. */
const MOST_PER_UNIT = 3;

/** Where a text is put that is to be compressed. */
const encoded = new OutputBuffer();

/** Puts messages and frames into the output: within the limit, compressed where that was agreed on. */
export class MessageSender {
  /** Frames to be written. */
  readonly output: OutputBuffer = new OutputBuffer();
  /** Bytes that were taken out of `output` and not written yet. */
  unsent = 0;
  /** Frames put into `output` so far. */
  frames = 0;

  readonly #encoder: FrameEncoder;
  readonly #maxBufferedAmount: number;
  readonly #deflate: DeflateSender | undefined;
  readonly #utf8Checks: Utf8Checks | undefined;
  /** The first byte of the next frame, while a message goes out in parts. */
  #firstByte = NO_MESSAGE;
  /** What compresses that message, if anything does. */
  #partsDeflate: DeflateSender | undefined;

  constructor({ maskKeys, maxBufferedAmount, deflate, utf8Checks }: MessageSenderOptions) {
    this.#encoder = new FrameEncoder(maskKeys);
    this.#maxBufferedAmount = maxBufferedAmount;
    this.#deflate = deflate;
    this.#utf8Checks = utf8Checks;
  }

  /** Appends a text message; throws `LimitExceeded`, and appends nothing, where there is no room for it as it is. */
  text(text: string, compress: boolean): void {
    // A unit takes at least one byte; how many it took is known when it is encoded.
    this.checkRoom(text.length);
    const { output } = this;
    if (compress && this.#deflate !== undefined && text.length * MOST_PER_UNIT >= this.#deflate.threshold) {
      return this.#deflatedText(text, this.#deflate);
    }
    const before = output.length;
    const length = this.#encoder.text(output, Opcode.Text, text);
    if (output.length + this.unsent > this.#maxBufferedAmount) {
      output.length = before;
      if (before === 0) output.clear();
      this.checkRoom(length);
    }
    this.frames++;
  }

  /** As `text`, for a text given in UTF-8. */
  textBytes(text: Uint8Array, compress: boolean): void {
    checkTextBytes(text, this.#utf8Checks);
    this.#message(Opcode.Text, text, compress);
  }

  /** Appends a binary message; otherwise as `text`. */
  binary(data: Uint8Array, compress: boolean): void {
    this.#message(Opcode.Binary, data, compress);
  }

  /** Appends a message made ready before, as `text` does. */
  prepared(message: PreparedMessage, compress: boolean): void {
    const { bytes } = message;
    const opcode = message.type === "text" ? Opcode.Text : Opcode.Binary;
    const deflate = compress ? this.#deflate : undefined;
    if (deflate === undefined || deflate.keepsWindow || bytes.length < deflate.threshold) {
      return this.#message(opcode, bytes, compress);
    }
    this.checkRoom(bytes.length);
    const deflated = message.deflatedBy(deflate);
    if (deflated.length >= bytes.length) return this.frame(opcode, bytes);
    this.#encoder.fragment(this.output, FIN | RSV1 | opcode, deflated);
    this.frames++;
  }

  /** Appends a frame, whatever waits. */
  frame(opcode: Opcode, payload: Uint8Array): void {
    this.#encoder.frame(this.output, opcode, payload);
    this.frames++;
  }

  /** Whether a message has been begun by `begin`, and not ended. */
  get inMessage(): boolean {
    return this.#firstByte !== NO_MESSAGE;
  }

  /** Begins a message that goes out in parts. Nothing is appended yet. */
  begin(opcode: Opcode, compress: boolean): void {
    this.#partsDeflate = compress ? this.#deflate : undefined;
    this.#firstByte = this.#partsDeflate === undefined ? opcode : opcode | RSV1;
  }

  /** Appends a frame with the next part, unless that is empty and not the last. Throws `LimitExceeded` as `text` does. */
  part(part: Uint8Array, final: boolean): void {
    if (part.length === 0 && !final) return;
    // Deflated, it may take a few bytes more than there is room for: to refuse it then would tear the message.
    this.checkRoom(part.length);
    const firstByte = final ? this.#firstByte | FIN : this.#firstByte;
    if (this.#partsDeflate === undefined) this.#encoder.fragment(this.output, firstByte, part);
    else this.#encoder.deflatedFragment(this.output, firstByte, part, this.#partsDeflate);
    this.frames++;
    this.#firstByte = final ? NO_MESSAGE : Opcode.Continuation;
  }

  /** Throws `LimitExceeded` where a frame with this payload would not fit. */
  checkRoom(payloadLength: number): void {
    const waiting = this.output.length + this.unsent;
    if (waiting + frameSize(payloadLength) <= this.#maxBufferedAmount) return;
    throw new WebSocketError(
      "LimitExceeded",
      `sending ${payloadLength} bytes: ${waiting} are waiting already, where maxBufferedAmount is ${this.#maxBufferedAmount}`,
    );
  }

  #message(opcode: Opcode, message: Uint8Array, compress: boolean): void {
    this.checkRoom(message.length);
    if (compress && this.#deflate !== undefined) this.#deflated(opcode, message, this.#deflate);
    else this.frame(opcode, message);
  }

  #deflatedText(text: string, deflate: DeflateSender): void {
    encodeAlone(encoded, text);
    try {
      const bytes = encoded.bytes.subarray(0, encoded.length);
      this.checkRoom(bytes.length);
      this.#deflated(Opcode.Text, bytes, deflate);
    } finally {
      encoded.clear();
    }
  }

  /**
   * Once compressed, a message has to be sent, since later ones refer to it. So there must be room before: for the
   * message as it is, which is then sent so where compression might make it too long.
   */
  #deflated(opcode: Opcode, message: Uint8Array, deflate: DeflateSender): void {
    const most = this.output.length + this.unsent + frameSize(deflateBound(message.length));
    if (message.length < deflate.threshold || most > this.#maxBufferedAmount) {
      return this.frame(opcode, message);
    }
    this.#encoder.deflated(this.output, opcode, message, deflate);
    this.frames++;
  }
}
