import type { DeflateCodec, DeflateStream } from "../../mod.ts";
import { zlibCodec } from "../../src/zlib/zlib_codec.ts";

/** The runtime's zlib, with a count of what is in use. */
export class CountingCodec implements DeflateCodec {
  /** Streams that were made. */
  made = 0;
  /** Inflaters that were not closed. */
  inflaters = 0;
  /** Deflaters that were not closed. */
  deflaters = 0;

  createInflater(options: Parameters<DeflateCodec["createInflater"]>[0]): DeflateStream {
    this.inflaters++;
    return this.#counted(zlibCodec().createInflater(options), () => this.inflaters--);
  }

  createDeflater(options: Parameters<DeflateCodec["createDeflater"]>[0]): DeflateStream {
    this.deflaters++;
    return this.#counted(zlibCodec().createDeflater(options), () => this.deflaters--);
  }

  #counted(stream: DeflateStream, onClose: () => void): DeflateStream {
    this.made++;
    const close = stream.close.bind(stream);
    let closed = false;
    stream.close = () => {
      if (closed) throw new Error("closed twice");
      closed = true;
      onClose();
      close();
    };
    return stream;
  }
}
