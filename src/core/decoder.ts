import { CloseCode } from "./close_code.ts";
import { WebSocketError } from "./errors.ts";
import { MAX_CONTROL_PAYLOAD, Opcode } from "./opcode.ts";

/** Bytes of a server frame's header at most: 2 and 8 of extended length. */
const MAX_SERVER_HEADER = 10;

/** Makes the error for what a peer did wrong. */
export function violation(message: string, closeCode: number = CloseCode.ProtocolError): WebSocketError {
  return new WebSocketError("ProtocolViolation", `reading a frame: ${message}`, { closeCode });
}

/** Makes the error for a text that is not UTF-8 (§8.1). */
export function invalidUtf8(): WebSocketError {
  return violation("a text message that is not UTF-8", CloseCode.InvalidPayload);
}

/** Limits that a {@linkcode HeaderDecoder} enforces, in bytes. */
export interface DecoderLimits {
  /** The largest payload of one frame. */
  readonly maxFrameSize: number;
}

/**
 * Decodes the headers of a server's frames (RFC 6455 §5.2), wherever the byte stream is split. Refuses at the
 * first byte that cannot be right.
 */
export class HeaderDecoder {
  /** Of the header decoded last: the last frame of its message. */
  fin = false;
  /** Of the header decoded last: the first reserved bit (a compressed message, RFC 7692). */
  rsv1 = false;
  /** Of the header decoded last. */
  opcode = 0;
  /** Of the header decoded last: the payload's length. */
  length = 0;

  readonly #maxFrameSize: number;
  /** The beginning of a header whose end has not arrived; made when there is one. */
  #partial: Uint8Array | undefined;
  #partialLength = 0;
  /** Whether RSV1 has a meaning: permessage-deflate was negotiated. */
  readonly #rsv1Allowed: boolean;
  /** Whether the last data frame was not the last of its message. */
  #inMessage = false;

  /** Enforces the given limits. */
  constructor(limits: DecoderLimits, rsv1Allowed = false) {
    this.#maxFrameSize = limits.maxFrameSize;
    this.#rsv1Allowed = rsv1Allowed;
  }

  /** Whether a header has begun and not ended: an end of the stream here cuts a frame. */
  get midHeader(): boolean {
    return this.#partialLength > 0;
  }

  /**
   * Decodes a header that begins, or goes on, at `bytes[start]`. Answers how many bytes it took when the
   * header is complete. 0: it is not; all bytes up to `end` are kept, call again with those that follow.
   */
  decode(bytes: Uint8Array, start: number, end: number): number {
    if (this.#partialLength > 0) return this.#decodePartial(bytes, start, end);
    const size = this.#parse(bytes, start, end - start);
    if (size > 0) return size;
    const partial = this.#partial ??= new Uint8Array(MAX_SERVER_HEADER);
    for (let at = start; at < end; at++) partial[this.#partialLength++] = bytes[at];
    return 0;
  }

  #decodePartial(bytes: Uint8Array, start: number, end: number): number {
    const partial = this.#partial!;
    for (let at = start; at < end; at++) {
      partial[this.#partialLength++] = bytes[at];
      if (this.#parse(partial, 0, this.#partialLength) > 0) {
        this.#partialLength = 0;
        return at + 1 - start;
      }
    }
    return 0;
  }

  /** Parses the header at `bytes[at]`, of which `available` bytes are there; 0 when that is too few. */
  #parse(bytes: Uint8Array, at: number, available: number): number {
    if (available < 1) return 0;
    const first = bytes[at];
    const opcode = first & 0x0f;
    if ((first & 0x70) !== 0) this.#checkReserved(first, opcode);
    if (opcode > Opcode.Pong || (opcode > Opcode.Binary && opcode < Opcode.Close)) {
      throw violation(`reserved opcode ${opcode}`);
    }
    if (opcode >= Opcode.Close) {
      if (first < 0x80) throw violation(`a fragmented control frame (opcode ${opcode})`);
    } else if ((opcode === Opcode.Continuation) !== this.#inMessage) {
      // §5.4
      throw violation(
        this.#inMessage
          ? `a new message (opcode ${opcode}) inside a fragmented one`
          : "a continuation frame with nothing to continue",
      );
    }
    if (available < 2) return 0;
    const second = bytes[at + 1];
    // §5.1: a server must not mask.
    if (second >= 0x80) throw violation("a masked frame from a server");
    // §5.5.1: if there is a body, it begins with a code of two bytes.
    if (second === 1 && opcode === Opcode.Close) throw violation("a Close frame of one byte");
    let size = 2;
    let length = second;
    if (second >= 126) {
      if (opcode >= Opcode.Close) {
        throw violation(`a control frame of more than ${MAX_CONTROL_PAYLOAD} bytes (opcode ${opcode})`);
      }
      size = second === 126 ? 4 : MAX_SERVER_HEADER;
      if (available < size) {
        // §5.2: the most significant bit of a 64-bit length must be 0.
        if (second === 127 && available > 2 && bytes[at + 2] >= 0x80) throw violation(TOP_BIT);
        return 0;
      }
      length = size === 4 ? (bytes[at + 2] << 8) | bytes[at + 3] : readUint64(bytes, at + 2);
      // §5.2: the minimal number of bytes must be used.
      if (length < (size === 4 ? 126 : 65536)) {
        throw violation(`a length of ${length} bytes in ${size - 2} bytes`);
      }
    }
    // Control frames are short by themselves, whatever the limit.
    if (length > this.#maxFrameSize && opcode < Opcode.Close) {
      throw new WebSocketError(
        "LimitExceeded",
        `reading a frame: ${length} bytes, where maxFrameSize is ${this.#maxFrameSize}`,
        { closeCode: CloseCode.TooBig },
      );
    }
    this.fin = first >= 0x80;
    if (opcode < Opcode.Close) this.#inMessage = !this.fin;
    this.rsv1 = (first & 0x40) !== 0;
    this.opcode = opcode;
    this.length = length;
    return size;
  }

  /** §5.2: reserved bits must be 0 unless an extension gave them a meaning; RFC 7692 §6: RSV1 begins a message. */
  #checkReserved(first: number, opcode: number): void {
    if ((first & 0x30) !== 0 || !this.#rsv1Allowed) {
      throw violation(
        `reserved bits 0b${((first >> 4) & 7).toString(2).padStart(3, "0")} without an extension`,
      );
    }
    if (opcode !== Opcode.Text && opcode !== Opcode.Binary) {
      throw violation(`RSV1 on a frame that begins no message (opcode ${opcode})`);
    }
  }
}

const TOP_BIT = "a 64-bit length with its most significant bit set";

function readUint64(bytes: Uint8Array, at: number): number {
  const high = bytes[at] * 2 ** 24 + (bytes[at + 1] << 16) + (bytes[at + 2] << 8) + bytes[at + 3];
  if (high >= 2 ** 31) throw violation(TOP_BIT);
  const low = bytes[at + 4] * 2 ** 24 + (bytes[at + 5] << 16) + (bytes[at + 6] << 8) + bytes[at + 7];
  return high * 2 ** 32 + low;
}
