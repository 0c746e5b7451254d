import type { Assembler } from "./assembler.ts";
import { CloseCode } from "./close_code.ts";
import { violation } from "./decoder.ts";
import type { DeflateStream } from "./deflate_codec.ts";

/** So many more empty blocks are longer than almost every Huffman table that might be cut. They cost 0.1 µs. */
const EMPTY_BLOCKS = 24;
/** What a sender takes away from a message's end (RFC 7692 §7.2.1): that of an empty stored block. */
const TAKEN_AWAY = [0, 0, 0xff, 0xff];
/**
 * That, and more empty stored blocks. To data that ends where it should they say nothing; data that was cut takes them
 * for content.
 */
const TAIL = Uint8Array.from([...TAKEN_AWAY, ...Array(EMPTY_BLOCKS).fill([0, 0, 0, 0xff, 0xff]).flat()]);
const NO_CONTENT = new Uint8Array(TAIL.length);

/** A message inflates to about as much as the one before. Larger ones find their size by growing. */
const MOST_EXPECTED = 1024 * 1024;

/** The receiving half of permessage-deflate (RFC 7692 §7.2.2): inflates messages piece by piece. */
export class DeflateReceiver {
  readonly #open: () => DeflateStream;
  readonly #keepsWindow: boolean;
  #stream: DeflateStream | undefined;
  #midMessage = false;
  #expected = 0;
  /** Messages inflated. */
  messages = 0;
  /** Their bytes as they came, those of a message that is not complete included, */
  compressedBytes = 0;
  /** and as they were. */
  uncompressedBytes = 0;

  /** `open` makes the stream, when it is needed. `keepsWindow`: the server's context takeover. */
  constructor(open: () => DeflateStream, keepsWindow: boolean) {
    this.#open = open;
    this.#keepsWindow = keepsWindow;
  }

  /**
   * Inflates the message's next bytes to the end of what `message` has.
   *
   * @throws {WebSocketError} `ProtocolViolation` with 1007, `LimitExceeded` with 1009.
   */
  write(bytes: Uint8Array, start: number, end: number, message: Assembler): void {
    if (!this.#midMessage) message.grow(this.#expected);
    let at = start;
    for (;;) {
      if (message.length === message.end) message.grow();
      at = this.fill(bytes, at, end, message);
      if (message.length < message.end) return;
    }
  }

  /**
   * As `write`, but up to the end of the room that `message` has. Answers up to where it took bytes; where there is no
   * room left, call again, with what follows: there may be more.
   */
  fill(bytes: Uint8Array, start: number, end: number, message: Assembler): number {
    const stream = this.#stream ??= this.#open();
    this.#midMessage = true;
    let at = start;
    let resets = 0;
    for (;;) {
      const { length } = message;
      inflate(stream, bytes, at, end, message.bytes, length, message.end);
      at += stream.consumed;
      this.compressedBytes += stream.consumed;
      message.length = length + stream.produced;
      if (message.length === message.end || at === end) return at;
      // §7.2.3.4: what follows a block with BFINAL is another one. A stream that ended earlier takes nothing.
      if (stream.consumed > 0) resets = 0;
      else if (resets++ > 0) throw notDeflate("its decoder takes no more");
      stream.reset();
    }
  }

  /** The message is complete, with so many bytes: checks that its data is, and forgets it where the server does. */
  finish(length: number): void {
    const stream = this.#stream ??= this.#open();
    inflate(stream, TAIL, 0, TAIL.length, NO_CONTENT, 0, NO_CONTENT.length);
    // Behind a block with BFINAL nothing is taken: behind the last one, or behind the empty one that ends here.
    const ended = stream.consumed === 0 || stream.consumed === TAKEN_AWAY.length;
    if (stream.produced > 0 || (!ended && stream.consumed < TAIL.length)) throw notDeflate("it is cut");
    if (ended || !this.#keepsWindow) stream.reset();
    this.#midMessage = false;
    this.#expected = Math.min(length + 1, MOST_EXPECTED);
    this.messages++;
    this.uncompressedBytes += length;
  }

  /** Whether `releaseIdle` would give memory back. */
  get releasable(): boolean {
    return this.#stream !== undefined && !this.#keepsWindow && !this.#midMessage;
  }

  /** Gives memory back that the next message can do without. */
  releaseIdle(): void {
    if (this.releasable) this.close();
  }

  /** Gives all memory back: nothing more will be inflated. */
  close(): void {
    this.#stream?.close();
    this.#stream = undefined;
  }
}

/** As `DeflateStream.write`; whatever it throws becomes what the peer did wrong. */
function inflate(
  stream: DeflateStream,
  input: Uint8Array,
  start: number,
  end: number,
  output: Uint8Array,
  outputStart: number,
  outputEnd: number,
): void {
  try {
    stream.write(input, start, end, output, outputStart, outputEnd);
  } catch (error) {
    throw notDeflate(error instanceof Error ? error.message : String(error));
  }
}

function notDeflate(why: string): Error {
  return violation(`a compressed message that cannot be inflated: ${why}`, CloseCode.InvalidPayload);
}
