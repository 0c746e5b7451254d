import { concat } from "../support/frames.ts";

/** Beyond the limits of the tests, in bytes. */
const FAR = 1000;

/**
 * A stream with what is missing of its last frame, and of the message that this belongs to: then also a decoder that
 * waits for the whole has to say what it thinks. Of a payload that is far too long, nothing is added.
 */
export function completed(stream: Uint8Array): Uint8Array {
  let fragmented = false;
  for (let at = 0;;) {
    if (at === stream.length) return fragmented ? concat(stream, Uint8Array.of(0x80, 0)) : stream;
    const byte = (index: number): number => stream[at + index] ?? 0;
    const [opcode, fin] = [byte(0) & 0x0f, byte(0) >= 0x80];
    const inSecondByte = byte(1) & 0x7f;
    const lengthBytes = inSecondByte < 126 ? 0 : inSecondByte === 126 ? 2 : 8;
    let length = lengthBytes === 0 ? inSecondByte : 0;
    for (let index = 0; index < lengthBytes; index++) length = length * 256 + byte(2 + index);
    const end = at + 2 + lengthBytes + (byte(1) >= 0x80 ? 4 : 0) + length;
    if (opcode < 8) fragmented = !fin;
    const missing = end - stream.length;
    // As filler the letter "a", which is right wherever text is, but 0 where a header is.
    const header = Math.max(0, at + 2 + lengthBytes - stream.length);
    if (missing > FAR) return concat(stream, new Uint8Array(header));
    if (missing > 0) stream = concat(stream, new Uint8Array(missing).fill(0x61, header));
    at = end;
  }
}
