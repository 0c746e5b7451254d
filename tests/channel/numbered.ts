import { pattern } from "./bytes_codec.ts";

const HEADER = 8;
const patterns = Array.from({ length: 8 }, (_, seed) => pattern(1 << 16, seed));

/** Which message of which sender. */
export interface MessageNumber {
  readonly sender: number;
  readonly index: number;
}

/** A message of at least 8 bytes that says who sent it, as the how manieth, and of which every byte can be checked. */
export function numberedMessage({ sender, index }: MessageNumber, length: number): Uint8Array {
  const message = new Uint8Array(HEADER + length);
  new Uint32Array(message.buffer, 0, 2).set([sender, index]);
  message.set(patterns[index % patterns.length].subarray(0, length), HEADER);
  return message;
}

/** Reads a message again. Throws when a byte is wrong. */
export function checkNumbered(message: Uint8Array): MessageNumber {
  const [sender, index] = new Uint32Array(message.slice(0, HEADER).buffer);
  const expected = patterns[index % patterns.length];
  for (let place = HEADER; place < message.length; place++) {
    if (message[place] !== expected[place - HEADER]) {
      throw new Error(`message ${index} of sender ${sender}: byte ${place} of ${message.length} is wrong`);
    }
  }
  return { sender, index };
}
