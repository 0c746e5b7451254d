import process from "node:process";
import type { DeflateCodec, DeflaterOptions, DeflateStream, InflaterOptions } from "../core/deflate_codec.ts";
import { WebSocketError } from "../core/errors.ts";
import { selfTest } from "./self_test.ts";
import { type ZlibInternals, ZlibStream } from "./zlib_stream.ts";

/**
 * The least that the runtimes allow: of the buffer that the stream interface, which is not used, would read into.
 */
const CHUNK_SIZE = 64;

/** zlib has no raw streams with a window of 2^8 bytes. */
const SMALLEST_WINDOW = 9;

/** The runtime's own zlib. */
class ZlibCodec implements DeflateCodec {
  readonly #zlib = process.getBuiltinModule("node:zlib");

  createInflater({ windowBits }: InflaterOptions): DeflateStream {
    const options = { windowBits: Math.max(windowBits, SMALLEST_WINDOW), chunkSize: CHUNK_SIZE };
    return new ZlibStream(this.#zlib.createInflateRaw(options) as unknown as ZlibInternals);
  }

  /**
   * With the window of 2^9 bytes that zlib takes in place of 2^8 no distance reaches farther than 250 bytes: it keeps
   * 262 of them (MIN_LOOKAHEAD) for looking ahead. So 2^8 is kept as well.
   */
  createDeflater({ windowBits, level, memLevel }: DeflaterOptions): DeflateStream {
    const options = {
      windowBits: Math.max(windowBits, SMALLEST_WINDOW),
      level,
      memLevel,
      chunkSize: CHUNK_SIZE,
    };
    return new ZlibStream(this.#zlib.createDeflateRaw(options) as unknown as ZlibInternals);
  }
}

let tested: DeflateCodec | undefined;

/**
 * The codec over the runtime's zlib, tested before it is used for the first time: how it is reached is not public API.
 *
 * @throws {WebSocketError} `InvalidConfiguration` where it does not work.
 */
export function zlibCodec(): DeflateCodec {
  if (tested !== undefined) return tested;
  try {
    const codec = new ZlibCodec();
    selfTest(codec);
    return tested = codec;
  } catch (cause) {
    const message = "options: perMessageDeflate cannot use this runtime's zlib as expected " +
      `(${(cause as Error).message}); give a codec of your own as perMessageDeflate.codec`;
    throw new WebSocketError("InvalidConfiguration", message, { cause });
  }
}
