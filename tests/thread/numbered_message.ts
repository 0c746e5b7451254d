import { Buffer } from "node:buffer";

/** Bytes of a numbered message. */
export const MESSAGE_SIZE: number = 64 * 1024;

const message = new Uint8Array(MESSAGE_SIZE);
const words = new DataView(message.buffer);

/** A message whose every 32-bit word follows from its number. The memory is used again by the next call. */
export function numberedMessage(number: number): Uint8Array {
  words.setUint32(0, number);
  for (let at = 4; at < MESSAGE_SIZE; at += 4) words.setUint32(at, (number + at) >>> 0);
  return message;
}

/** Whether `bytes` is what {@linkcode numberedMessage} made of the number. */
export function isNumberedMessage(bytes: Uint8Array, number: number): boolean {
  const expected = numberedMessage(number);
  return bytes.length === MESSAGE_SIZE && Buffer.compare(bytes, expected) === 0;
}
