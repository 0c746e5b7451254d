import type { DeflateCodec } from "../core/deflate_codec.ts";
import type { DeflateParameters } from "../core/deflate_offer.ts";

/**
 * How to compress messages (permessage-deflate, RFC 7692). The first four are offered to the server, which may choose
 * less and may refuse all of it; what was agreed on is in the client's `extensions`.
 *
 * Memory, per connection and direction, taken with the first compressed message. To receive: 2^serverMaxWindowBits bytes
 * and 15 to 40 KiB; measured 50 KiB for 15 bits, 30 to 46 KiB for 9. To send: 2^(clientMaxWindowBits + 2) +
 * 2^(memLevel + 8) bytes, and a table of 64 KiB in Node, 128 KiB in Deno and Bun; measured 220 to 260 KiB for the
 * defaults, 105 to 170 KiB for `clientMaxWindowBits: 12, memLevel: 5`, 80 to 145 KiB for 9 and 1. Beside that, a message
 * while it is inflated, and no more of it than `maxMessageSize`.
 *
 * `maxBufferedAmount` counts a message as it is before compression.
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
  /**
   * From 1, fast, to 9, small. 0: stored blocks. Default: 6, as everywhere; 5 takes a tenth to three fifths less time,
   * for at most 2 % more of what there was.
   */
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
