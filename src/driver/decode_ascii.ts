import { Buffer } from "node:buffer";
import type { AsciiDecoder } from "../core/payload.ts";

/** `Buffer`'s methods by encoding, which take a range and make no view; all three runtimes have them. */
interface Slices {
  latin1Slice?(this: Uint8Array, start: number, end: number): string;
}

const { latin1Slice } = Buffer.prototype as unknown as Slices;

/**
 * ASCII is Latin-1, which needs no validation and no view: up to twice as fast as `TextDecoder` for short texts.
 * `undefined` where a runtime should do without the method.
 */
export const decodeAscii: AsciiDecoder | undefined = latin1Slice === undefined
  ? undefined
  : (source, start, end) => latin1Slice.call(source, start, end);
