import { Buffer, isAscii, isUtf8 } from "node:buffer";
import type { MessageDecoderOptions } from "../core/message_decoder.ts";

/** `Buffer`'s methods by encoding, which take a range and make no view; all three runtimes have them. */
interface Slices {
  latin1Slice?(this: Uint8Array, start: number, end: number): string;
}

const { latin1Slice } = Buffer.prototype as unknown as Slices;

/** What the runtimes have for texts that is faster than what the core does in JavaScript. */
export const nativeText: Pick<MessageDecoderOptions, "decodeAscii" | "utf8Checks"> = {
  /**
   * ASCII is Latin-1, which needs no validation and no view: up to twice as fast as `TextDecoder` for short texts.
   * `undefined` where a runtime should do without the method.
   */
  decodeAscii: latin1Slice && ((source, start, end) => latin1Slice.call(source, start, end)),
  /**
   * Of 64 KiB these take 1 to 3 µs, or 30 in Deno where hardly a character is ASCII. The core's own code takes 3 to 6,
   * and up to 180.
   */
  utf8Checks: { isAscii, isUtf8 },
};
