import type { DeflateSender } from "./deflate_sender.ts";
import { applyMask, copyMasked, type MaskKeys } from "./mask.ts";
import type { Opcode } from "./opcode.ts";
import type { OutputBuffer } from "./output_buffer.ts";

/** The longest header of a client's frame: 2 bytes, 8 of extended length, 4 of key. */
export const MAX_HEADER = 14;

/** Of a frame's first byte: the last one of its message. */
export const FIN = 0x80;
/** RFC 7692 §6: the message is compressed. Set in its first frame. */
export const RSV1 = 0x40;
const MASKED = 0x80;
/** Up to here one loop that copies and masks beats `set` and a masking loop. */
const SHORT = 32;

const textEncoder = new TextEncoder();

/** Bytes of a client frame's header, for a payload of this length. */
export function headerSize(payloadLength: number): number {
  return payloadLength < 126 ? 6 : payloadLength < 65536 ? 8 : MAX_HEADER;
}

/** Bytes that a client's frame with this payload length takes on the wire. */
export function frameSize(payloadLength: number): number {
  return headerSize(payloadLength) + payloadLength;
}

/** Writes a client's frames (RFC 6455 §5.2), each masked with a key of its own (§5.3). */
export class FrameEncoder {
  readonly #keys: MaskKeys;

  /** Takes its masking keys from the given pool. */
  constructor(keys: MaskKeys) {
    this.#keys = keys;
  }

  /** Appends a final frame with a copy of `payload`. */
  frame(output: OutputBuffer, opcode: Opcode, payload: Uint8Array): void {
    this.fragment(output, FIN | opcode, payload);
  }

  /** Appends a frame with a copy of `payload`, and this for its first byte. */
  fragment(output: OutputBuffer, firstByte: number, payload: Uint8Array): void {
    const length = payload.length;
    output.reserve(MAX_HEADER + length);
    const key = this.#keys.next();
    const start = writeHeader(output, firstByte, length, key);
    if (length <= SHORT) {
      copyMasked(payload, output.bytes, start, key);
    } else {
      output.bytes.set(payload, start);
      applyMask(output.bytes, output.words, start, start + length, key);
    }
    output.length = start + length;
  }

  /** Appends a final frame with `text` in UTF-8; a lone surrogate becomes U+FFFD. Answers its length in bytes. */
  text(output: OutputBuffer, opcode: Opcode, text: string): number {
    const units = text.length;
    output.reserve(MAX_HEADER + units);
    const key = this.#keys.next();
    if (units <= SHORT) {
      // Mostly short texts are ASCII: one byte per unit, copied and masked in one loop.
      const start = writeHeader(output, FIN | opcode, units, key);
      if (copyAsciiMasked(text, output.bytes, start, key)) {
        output.length = start + units;
        return units;
      }
    }
    const frame = output.length;
    const guessed = headerSize(units);
    const length = encodeText(output, frame + guessed, text);
    output.length = frame + guessed + length;
    endFrame(output, FIN | opcode, frame, guessed, key);
    return length;
  }

  /** Appends a final frame with `message` compressed. Where that fails it throws, and appends nothing. */
  deflated(output: OutputBuffer, opcode: Opcode, message: Uint8Array, sender: DeflateSender): void {
    this.deflatedFragment(output, FIN | RSV1 | opcode, message, sender);
  }

  /** Appends a frame with a part of a message, compressed, and this for its first byte. */
  deflatedFragment(
    output: OutputBuffer,
    firstByte: number,
    message: Uint8Array,
    sender: DeflateSender,
  ): void {
    const frame = output.length;
    // Mostly the length is written in as many bytes as that of the message itself would be.
    const guessed = headerSize(message.length);
    output.length = frame + guessed; // the sender makes room, for the header too
    try {
      sender.deflate(message, output, (firstByte & FIN) !== 0);
    } catch (error) {
      output.length = frame;
      if (frame === 0) output.clear();
      throw error;
    }
    endFrame(output, firstByte, frame, guessed, this.#keys.next());
  }
}

/** `text` as UTF-8 in the output, which is empty; without a frame. */
export function encodeAlone(output: OutputBuffer, text: string): void {
  output.reserve(text.length);
  output.length = encodeText(output, 0, text);
}

/**
 * Ends the frame that begins at `frame`: puts a header before the payload and masks it. Room was left for a header of
 * the size `guessed`; the payload is moved where that was wrong.
 */
function endFrame(
  output: OutputBuffer,
  firstByte: number,
  frame: number,
  guessed: number,
  key: number,
): void {
  const length = output.length - frame - guessed;
  const size = headerSize(length);
  if (size !== guessed) {
    output.reserve(size - guessed);
    output.bytes.copyWithin(frame + size, frame + guessed, frame + guessed + length);
  }
  output.length = frame;
  const start = writeHeader(output, firstByte, length, key);
  applyMask(output.bytes, output.words, start, start + length, key);
  output.length = start + length;
}

/** Writes a header behind the output's end without moving it; answers where the payload begins. */
function writeHeader(output: OutputBuffer, firstByte: number, length: number, key: number): number {
  const bytes = output.bytes;
  let at = output.length;
  bytes[at] = firstByte;
  if (length < 126) {
    bytes[at + 1] = MASKED | length;
    at += 2;
  } else if (length < 65536) {
    bytes[at + 1] = MASKED | 126;
    bytes[at + 2] = length >> 8;
    bytes[at + 3] = length;
    at += 4;
  } else {
    bytes[at + 1] = MASKED | 127;
    writeUint32(bytes, at + 2, 0); // no output is larger than 4 GiB
    writeUint32(bytes, at + 6, length);
    at += 10;
  }
  bytes[at] = key;
  bytes[at + 1] = key >> 8;
  bytes[at + 2] = key >> 16;
  bytes[at + 3] = key >> 24;
  return at + 4;
}

function writeUint32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}

/** Copies and masks `text` as long as it is ASCII; `false` where it is not. */
function copyAsciiMasked(text: string, target: Uint8Array, start: number, key: number): boolean {
  let turned = key;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit >= 0x80) return false;
    target[start + index] = unit ^ turned;
    turned = (turned >>> 8) | (turned << 24);
  }
  return true;
}

/** Encodes `text` at `start`, with one byte of room per unit at first and more only if that is too little. */
function encodeText(output: OutputBuffer, start: number, text: string): number {
  const first = textEncoder.encodeInto(text, output.bytes.subarray(start));
  if (first.read === text.length) return first.written;
  const rest = text.slice(first.read);
  const written = start + first.written;
  const frame = output.length;
  output.length = written; // what `reserve` has to keep when it moves to a larger buffer
  output.reserve(rest.length * 3);
  output.length = frame;
  return first.written + textEncoder.encodeInto(rest, output.bytes.subarray(written)).written;
}
