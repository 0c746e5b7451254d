/**
 * Reads back what a client put out. Written for the tests from RFC 6455 §5.2 alone; shares nothing with `src/`.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { applyMask } from "../support/frames.ts";

/** One frame of a client, unmasked. */
export interface ClientFrame {
  fin: boolean;
  rsv: number;
  opcode: number;
  /** The masking key as it travelled. */
  key: Uint8Array;
  payload: Uint8Array;
  /** How many bytes the length took beside the second byte: 0, 2 or 8. */
  lengthBytes: number;
}

/** The frames in `bytes`: each whole, masked, and with the shortest length. */
export function clientFrames(bytes: Uint8Array): ClientFrame[] {
  const frames: ClientFrame[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < bytes.length;) {
    const first = view.getUint8(at);
    const second = view.getUint8(at + 1);
    assert((second & 0x80) !== 0, "a client's frame must be masked (§5.1)");
    const lengthBytes = (second & 0x7f) === 126 ? 2 : (second & 0x7f) === 127 ? 8 : 0;
    const length = lengthBytes === 0
      ? second & 0x7f
      : lengthBytes === 2
      ? view.getUint16(at + 2)
      : Number(view.getBigUint64(at + 2));
    assertEquals(
      lengthBytes,
      length < 126 ? 0 : length < 65536 ? 2 : 8,
      `the length ${length} is not minimal`,
    );
    const keyAt = at + 2 + lengthBytes;
    const key = bytes.slice(keyAt, keyAt + 4);
    at = keyAt + 4 + length;
    assert(at <= bytes.length, "a frame is cut");
    frames.push({
      fin: (first & 0x80) !== 0,
      rsv: (first >> 4) & 7,
      opcode: first & 0x0f,
      key,
      payload: applyMask(bytes.subarray(keyAt + 4, at), key),
      lengthBytes,
    });
  }
  return frames;
}
