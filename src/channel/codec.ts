import { Memory } from "./memory.ts";

/** Writes items of one type as records, and reads them back. */
export interface Codec<T> {
  /** Travels in a handle, and finds the codec again in another thread. */
  readonly name: string;
  /** The record's kind, 0 to 255. */
  kind(item: T): number;
  /** The record's exact length in bytes. */
  byteLength(item: T): number;
  /** Writes the record over `[start, end)`, as long as {@linkcode Codec.byteLength} said. */
  encode(item: T, memory: Memory, start: number, end: number): void;
  /**
   * Reads the record at `[start, end)`. The memory is reused afterwards: copy what is to be kept. Who only wants
   * to look at the bytes gives the receiver a codec that does so here, and saves the copy.
   */
  decode(kind: number, memory: Memory, start: number, end: number): T;
}

/** A record outside the ring: `bytes[start, end)`. */
export interface EncodedRecord {
  /** As {@linkcode Codec.kind}. */
  readonly kind: number;
  /** Memory that holds the payload. */
  readonly bytes: Uint8Array;
  /** Where the payload begins. */
  readonly start: number;
  /** Where the payload ends. */
  readonly end: number;
}

/** Encodes an item into memory of its own. */
export function encodeRecord<T>(codec: Codec<T>, item: T): EncodedRecord {
  const length = codec.byteLength(item);
  const memory = Memory.allocate(length);
  codec.encode(item, memory, 0, length);
  return { kind: codec.kind(item), bytes: memory.bytes, start: 0, end: length };
}
