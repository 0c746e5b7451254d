import { applyMask } from "../support/frames.ts";

/** A frame of the client, unmasked. */
export interface PlainFrame {
  readonly opcode: number;
  readonly payload: Uint8Array;
}

/** Reads the whole frames at the beginning of a client's stream (RFC 6455 §5.2); answers them and what is left. */
export function splitFrames(bytes: Uint8Array): { frames: PlainFrame[]; rest: Uint8Array } {
  const frames: PlainFrame[] = [];
  let rest = bytes;
  for (;;) {
    const size = sizeOf(rest);
    if (size === undefined || rest.length < size.total) return { frames, rest };
    const mask = rest.subarray(size.header - 4, size.header);
    frames.push({
      opcode: rest[0]! & 0x0f,
      payload: applyMask(rest.subarray(size.header, size.total), mask),
    });
    rest = rest.subarray(size.total);
  }
}

/** The frames of a stream that ends with a whole one, as `"1 hello"`: opcode and payload. */
export function describeFrames(bytes: Uint8Array): string[] {
  const { frames, rest } = splitFrames(bytes);
  if (rest.length > 0) throw new Error(`${rest.length} bytes are no whole frame`);
  return frames.map(({ opcode, payload }) => `${opcode} ${new TextDecoder().decode(payload)}`.trimEnd());
}

function sizeOf(bytes: Uint8Array): { header: number; total: number } | undefined {
  if (bytes.length < 2) return undefined;
  if ((bytes[1]! & 0x80) === 0) throw new Error("A client's frame that is not masked");
  const inSecondByte = bytes[1]! & 0x7f;
  const lengthBytes = inSecondByte < 126 ? 0 : inSecondByte === 126 ? 2 : 8;
  const header = 2 + lengthBytes + 4;
  if (bytes.length < header) return undefined;
  const length = lengthBytes === 0
    ? inSecondByte
    : bytes.subarray(2, 2 + lengthBytes).reduce((value, byte) => value * 256 + byte, 0);
  return { header, total: header + length };
}
