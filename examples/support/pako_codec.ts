// Compression without the runtime's zlib: pako, a pure JavaScript port of it, as a codec for `perMessageDeflate`.
//
//   import pakoCodec from "./pako_codec.ts";
//   await NonBlockingClient.connect(url, { perMessageDeflate: { codec: pakoCodec } });
//
// A connection on another thread loads it by itself:
//
//   const codec = new URL("./pako_codec.ts", import.meta.url);
//   await AsyncClient.connect(url, { perMessageDeflate: { codec } });
import type { DeflateCodec, DeflateStream } from "@silver9/websocket";
import * as pako from "pako";

class PakoStream implements DeflateStream {
  consumed = 0;
  produced = 0;
  readonly #stream = new pako.ZStream();
  readonly #run: typeof pako.zlibInflate;
  readonly #reset: typeof pako.zlibInflateReset;

  constructor(
    init: (stream: pako.ZStream) => number,
    run: typeof pako.zlibInflate,
    reset: typeof pako.zlibInflateReset,
  ) {
    this.#run = run;
    this.#reset = reset;
    if (init(this.#stream) !== pako.Z_OK) throw new Error("pako refuses these options");
  }

  write(
    input: Uint8Array,
    start: number,
    end: number,
    output: Uint8Array<ArrayBuffer>,
    outputStart: number,
    outputEnd: number,
  ): void {
    const stream = this.#stream;
    stream.input = input;
    stream.next_in = start;
    stream.avail_in = end - start;
    stream.output = output;
    stream.next_out = outputStart;
    stream.avail_out = outputEnd - outputStart;
    const status = this.#run(stream, pako.Z_SYNC_FLUSH);
    // Z_BUF_ERROR says that there was nothing to do.
    if (status < pako.Z_OK && status !== pako.Z_BUF_ERROR) throw new Error(stream.msg || `pako: ${status}`);
    this.consumed = stream.next_in - start;
    this.produced = stream.next_out - outputStart;
  }

  reset(): void {
    this.#reset(this.#stream);
  }

  close(): void {}
}

const pakoCodec: DeflateCodec = {
  createInflater: ({ windowBits }) =>
    new PakoStream(
      (stream) => pako.zlibInflateInit2(stream, -windowBits),
      pako.zlibInflate,
      pako.zlibInflateReset,
    ),
  createDeflater: ({ windowBits, level, memLevel }) =>
    new PakoStream(
      // Raw streams begin at a window of 2^9, from which no distance reaches farther than 2^8.
      (stream) =>
        pako.zlibDeflateInit2(
          stream,
          level,
          8, // Z_DEFLATED
          -Math.max(windowBits, 9),
          memLevel,
          pako.Z_DEFAULT_STRATEGY,
        ),
      pako.zlibDeflate,
      pako.zlibDeflateReset,
    ),
};

export default pakoCodec;
