/**
 * One direction of raw DEFLATE (RFC 1951), synchronous: what zlib's `deflate` and `inflate` do with `Z_SYNC_FLUSH`.
 * Nobody calls it again after `close`.
 */
export interface DeflateStream {
  /** Bytes that the last `write` took. */
  readonly consumed: number;
  /** Bytes that the last `write` gave. */
  readonly produced: number;

  /**
   * Takes from `input[start, end)` and writes to `output[outputStart, outputEnd)`, until the input is used up and
   * everything is flushed, or the output is full; an inflater also stops behind a block with BFINAL, and takes no
   * more before `reset`.
   *
   * With the input used up, a deflater's output ends with the four bytes 00 00 ff ff of an empty stored block.
   *
   * @throws what it likes, where the input is not DEFLATE.
   */
  write(
    input: Uint8Array,
    start: number,
    end: number,
    output: Uint8Array,
    outputStart: number,
    outputEnd: number,
  ): void;
  /** Forgets what came before, the window included. */
  reset(): void;
  /** Gives its memory back, at once. */
  close(): void;
}

/** What an inflater must be able to do. */
export interface InflaterOptions {
  /** The sliding window is 2 to the power of this many bytes: 8 to 15. */
  readonly windowBits: number;
}

/** How a deflater compresses. */
export interface DeflaterOptions {
  /** No distance reaches farther back than 2 to the power of this many bytes: 8 to 15. */
  readonly windowBits: number;
  /** From 0, nothing but stored blocks, over 1, fast, to 9, small. */
  readonly level: number;
  /** How much memory beside the window is used: 1 to 9, as in zlib. */
  readonly memLevel: number;
}

/** An implementation of DEFLATE for `perMessageDeflate`: the runtime's zlib, or one's own. */
export interface DeflateCodec {
  /** Makes a stream that decompresses. */
  createInflater(options: InflaterOptions): DeflateStream;
  /** Makes a stream that compresses. */
  createDeflater(options: DeflaterOptions): DeflateStream;
}
