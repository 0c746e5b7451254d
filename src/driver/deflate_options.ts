import type { DeflateCodec } from "../core/deflate_codec.ts";
import type { DeflateParameters } from "../core/deflate_offer.ts";

/**
 * How to compress messages (permessage-deflate, RFC 7692). The first four are offered to the server, which may choose
 * less and may refuse all of it; what was agreed on is in the client's `extensions`.
 *
 * Memory, per connection and as soon as it is needed: to receive, 2^serverMaxWindowBits bytes and about 10 KiB (for
 * 15 bits: 42 KiB); to send, 2^(clientMaxWindowBits + 2) + 2^(memLevel + 9) bytes and about 12 KiB (for the defaults:
 * 268 KiB). Beside that, one message of each direction while it is worked on.
 *
 * @example
 * ```ts
 * import { NonBlockingClient } from "@silver9/websocket";
 *
 * const client = await NonBlockingClient.connect("wss://example.com/feed", {
 *   perMessageDeflate: { clientMaxWindowBits: 12, threshold: 256, releaseWhenIdle: 60_000 },
 * });
 * console.log(client.extensions); // what the server made of it; empty: nothing is compressed
 * ```
 */
export interface PerMessageDeflateOptions extends DeflateParameters {
  /** Messages of fewer bytes are sent uncompressed. Default: 1024. */
  readonly threshold?: number;
  /** From 1, fast, to 9, small. 0: stored blocks. Default: 6. */
  readonly level?: number;
  /** Memory of the sending side beside the window: 1, little and slow, to 9. Default: 8. */
  readonly memLevel?: number;
  /**
   * After this many milliseconds without a compressed message either way, memory is given back until the next one: all
   * of the sending side's, and the receiving side's where `serverNoContextTakeover` was agreed on. Default: never.
   */
  readonly releaseWhenIdle?: number;
  /**
   * Takes the place of the runtime's zlib. Where the connection lives on another thread (`AsyncClient`, and
   * `BlockingClient` without `transport: "syscall"`): the URL of a module whose default export is the codec. In
   * `NonBlockingClient.connect` either will do.
   */
  readonly codec?: DeflateCodec | string | URL;
}

/** {@linkcode PerMessageDeflateOptions} with defaults. */
export interface DeflateSettings {
  readonly parameters: DeflateParameters;
  readonly threshold: number;
  readonly level: number;
  readonly memLevel: number;
  readonly releaseWhenIdle: number | undefined;
  /** `undefined`: the runtime's zlib. */
  readonly codec: DeflateCodec | undefined;
}
