/**
 * Bytes for the tests of the core: made, compared and cut.
 *
 * @module
 */
import { assertEquals, fail } from "@std/assert";
import fc from "fast-check";

/** Bytes that repeat only after 251, so that a shift by a word or a page shows. */
export function patternOf(length: number, seed = 0): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at++) bytes[at] = (at * 7 + seed + 13) % 251;
  return bytes;
}

/** Equality of long byte arrays, with the first difference in the message. */
export function assertSameBytes(actual: Uint8Array, expected: Uint8Array, what = "bytes"): void {
  assertEquals(actual.length, expected.length, `${what}: length`);
  for (let at = 0; at < expected.length; at++) {
    if (actual[at] !== expected[at]) {
      fail(`${what}: at ${at} of ${expected.length} ${actual[at]} instead of ${expected[at]}`);
    }
  }
}

/** `bytes` in memory that has `before` other bytes in front and `after` behind. */
export function embedded(bytes: Uint8Array, before: number, after = 5): Uint8Array<ArrayBuffer> {
  const memory = new Uint8Array(before + bytes.length + after).fill(0xee);
  memory.set(bytes, before);
  return memory.subarray(before, before + bytes.length);
}

/** `bytes` as chunks that end at the given places. */
export function chunksOf(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const ends = [...new Set([...cuts.filter((cut) => cut > 0 && cut < bytes.length), bytes.length])];
  ends.sort((a, b) => a - b);
  return ends.map((end, index) => bytes.subarray(index === 0 ? 0 : ends[index - 1], end));
}

/** Any places to cut a stream of this length. */
export function cutsOf(length: number): fc.Arbitrary<number[]> {
  return fc.array(fc.nat(length), { maxLength: 24 });
}
