import type { Codec } from "../../src/channel/codec.ts";
import type { Memory } from "../../src/channel/memory.ts";

/** Bytes as they are: the simplest codec. */
export const bytesCodec: Codec<Uint8Array> = {
  name: "bytes",
  kind: () => 0,
  byteLength: (bytes: Uint8Array) => bytes.length,
  encode(bytes: Uint8Array, memory: Memory, start: number): void {
    memory.bytes.set(bytes, start);
  },
  decode: (_kind: number, memory: Memory, start: number, end: number) => memory.copy(start, end),
};

/** Bytes that differ from place to place, and from one `seed` to the next. */
export function pattern(length: number, seed = 0): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (seed * 31 + index * 7 + (index >> 8)) & 0xff);
}
