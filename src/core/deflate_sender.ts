import type { DeflateCodec, DeflaterOptions, DeflateStream } from "./deflate_codec.ts";
import { WebSocketError } from "./errors.ts";
import type { OutputBuffer } from "./output_buffer.ts";

/** §7.2.1: the empty stored block's end, which is taken away. */
const TAIL_LENGTH = 4;
/** Room to begin with; more is made when it is needed. */
const FIRST_ROOM = 16 * 1024;

/** The most bytes that so many can be deflated to. */
export function deflateBound(length: number): number {
  // zlib's own bound for any window and memory level, and room for the flush.
  return length + (length >> 3) + (length >> 8) + (length >> 9) + 64;
}

/** How messages are compressed: where this is the same, and none refers to another, they become the same bytes. */
export interface DeflateProfile extends DeflaterOptions {
  readonly codec: DeflateCodec;
}

/** What a {@linkcode DeflateSender} has to know. */
export interface DeflateSenderOptions {
  readonly keepsWindow: boolean;
  readonly threshold: number;
  readonly profile: DeflateProfile;
}

/** The sending half of permessage-deflate (RFC 7692 §7.2.1): deflates whole messages. */
export class DeflateSender {
  /** Messages of fewer bytes are sent as they are. */
  readonly threshold: number;
  /** Whether messages refer to earlier ones: the client's context takeover. */
  readonly keepsWindow: boolean;
  /** How it compresses. */
  readonly profile: DeflateProfile;

  readonly #open: () => DeflateStream;
  #stream: DeflateStream | undefined;
  /** Messages deflated. */
  messages = 0;
  /** Their bytes as they were, */
  uncompressedBytes = 0;
  /** and as they became. */
  compressedBytes = 0;

  /** `open` makes the stream, when it is needed. */
  constructor(open: () => DeflateStream, options: DeflateSenderOptions) {
    this.#open = open;
    this.keepsWindow = options.keepsWindow;
    this.threshold = options.threshold;
    this.profile = options.profile;
  }

  /**
   * Appends the message, deflated, to the output; or, unless `final`, a part of it, and not the last. It must be sent:
   * what follows may refer to it.
   *
   * @throws {WebSocketError} `Io` when that fails, with the codec's error; the output is then to be cut back.
   */
  deflate(message: Uint8Array, output: OutputBuffer, final = true): void {
    const { length } = output;
    try {
      this.#deflate(message, output, final);
    } catch (cause) {
      // With a fresh stream the next message refers to nothing.
      this.close();
      const why = `compressing ${message.length} bytes failed: ${(cause as Error).message}`;
      throw new WebSocketError("Io", `sending a message: ${why}`, { cause });
    }
    if (final) this.messages++;
    this.uncompressedBytes += message.length;
    this.compressedBytes += output.length - length;
  }

  /** Counts a message that another sender has deflated. */
  count(uncompressed: number, compressed: number): void {
    this.messages++;
    this.uncompressedBytes += uncompressed;
    this.compressedBytes += compressed;
  }

  #deflate(message: Uint8Array, output: OutputBuffer, final: boolean): void {
    // §7.2.3.6: a deflater that is given nothing may give nothing.
    if (message.length === 0) {
      output.reserve(1);
      output.bytes[output.length++] = 0;
      if (!this.keepsWindow) this.#stream?.reset();
      return;
    }
    const stream = this.#stream ??= this.#open();
    output.reserve(Math.min(deflateBound(message.length), FIRST_ROOM));
    const begun = output.length;
    let at = 0;
    let full = true;
    while (full) {
      if (output.length === output.bytes.length) output.reserve(FIRST_ROOM);
      stream.write(message, at, message.length, output.bytes, output.length, output.bytes.length);
      at += stream.consumed;
      output.length += stream.produced;
      full = output.length === output.bytes.length;
    }
    if (at < message.length) throw new Error(`the codec took ${at} of ${message.length} bytes`);
    if (!endsWithTail(output, begun)) throw new Error("the codec did not flush");
    // §7.2.1: only behind the message.
    if (!final) return;
    output.length -= TAIL_LENGTH;
    if (!this.keepsWindow) stream.reset();
  }

  /** Whether `releaseIdle` would give memory back. */
  get releasable(): boolean {
    return this.#stream !== undefined;
  }

  /** Gives memory back. The next message then refers to none before it, which is always allowed. */
  releaseIdle(): void {
    this.close();
  }

  /** Gives all memory back. */
  close(): void {
    this.#stream?.close();
    this.#stream = undefined;
  }
}

/** Whether what was put out from `start` on ends with the tail: before it lies the frame's header. */
function endsWithTail({ bytes, length }: OutputBuffer, start: number): boolean {
  return length - start >= TAIL_LENGTH && bytes[length - 4] === 0 && bytes[length - 3] === 0 &&
    bytes[length - 2] === 0xff && bytes[length - 1] === 0xff;
}
