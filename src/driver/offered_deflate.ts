import { PerMessageDeflate } from "../core/deflate.ts";
import type { DeflateCodec } from "../core/deflate_codec.ts";
import { DeflateOffer } from "../core/deflate_offer.ts";
import { zlibCodec } from "../zlib/zlib_codec.ts";
import type { DeflateSettings } from "./deflate_options.ts";

/** Compression on its way: from the offer in the opening handshake to what a connection works with. */
export class OfferedDeflate {
  readonly offer: DeflateOffer;

  readonly #settings: DeflateSettings;
  readonly #codec: DeflateCodec;

  /** Throws `InvalidConfiguration` where there is nothing to compress with. */
  constructor(settings: DeflateSettings) {
    this.offer = new DeflateOffer(settings.parameters);
    this.#settings = settings;
    this.#codec = settings.codec ?? zlibCodec();
  }

  /** What the connection works with; `undefined` when the server does not compress. */
  agreed(): PerMessageDeflate | undefined {
    const { agreement } = this.offer;
    if (agreement === undefined) return undefined;
    const { threshold, level, memLevel } = this.#settings;
    return new PerMessageDeflate({ codec: this.#codec, agreement, threshold, level, memLevel });
  }
}
