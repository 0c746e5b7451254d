import { assert, assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "node:test";
import { applyMask, copyMasked, MaskKeys } from "../../src/core/mask.ts";
import { patternOf } from "./support_bytes.ts";

/** RFC 6455 §5.3, literally: octet i is XORed with octet i modulo 4 of the key. */
function naive(bytes: Uint8Array, start: number, end: number, key: number): Uint8Array {
  const octets = [key & 0xff, (key >> 8) & 0xff, (key >> 16) & 0xff, (key >>> 24) & 0xff];
  return bytes.map((byte, at) => at < start || at >= end ? byte : byte ^ octets[(at - start) % 4]);
}

const keys = [0x00000000, 0x3d21fa37, -1, 0x80000000 | 0, 0x000000ff, 0x7f800001, -0x12345678];
const sameAs = (a: Uint8Array, b: Uint8Array) =>
  a.length === b.length && a.every((byte, at) => byte === b[at]);

describe("mask", () => {
  it("masks in place at every alignment and length, and nothing beside", () => {
    for (const key of keys) {
      for (let start = 0; start <= 8; start++) {
        for (let length = 0; length <= 70; length++) {
          const bytes = patternOf(88);
          const expected = naive(bytes, start, start + length, key);
          applyMask(bytes, new Int32Array(bytes.buffer), start, start + length, key);
          assert(sameAs(bytes, expected), `key ${key}, start ${start}, length ${length}`);
        }
      }
    }
  });

  it("masks long runs whose ends fall anywhere", () => {
    for (let start = 0; start < 8; start++) {
      for (let end = 4088; end <= 4096; end++) {
        const bytes = patternOf(4096);
        const expected = naive(bytes, start, end, 0x3d21fa37);
        applyMask(bytes, new Int32Array(bytes.buffer), start, end, 0x3d21fa37);
        assert(sameAs(bytes, expected), `${start} to ${end}`);
      }
    }
  });

  it("copies and masks at every alignment and length, and nothing beside", () => {
    for (const key of keys) {
      for (let start = 0; start < 8; start++) {
        for (let length = 0; length <= 100; length++) {
          const source = patternOf(108, 5).subarray(start, start + length);
          const target = patternOf(116);
          const whole = patternOf(116);
          whole.set(source, start);
          copyMasked(source, target, start, key);
          assert(sameAs(target, naive(whole, start, start + length, key)), `${key}, ${start}, ${length}`);
        }
      }
    }
  });

  it("23 each key is drawn once, in order, and the source is asked again when they run out", () => {
    let drawn = 0;
    const keys = new MaskKeys((bytes) => {
      const words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2);
      for (let at = 0; at < words.length; at++) words[at] = drawn++ - 5;
    });
    assertEquals(drawn, 0, "nothing is drawn before it is needed");
    for (let expected = 0; expected < 10_000; expected++) assertEquals(keys.next(), expected - 5);
  });

  it("23 all four bytes of the keys of a strong source vary", () => {
    const keys = new MaskKeys((bytes) => void crypto.getRandomValues(bytes));
    const seen = [new Set<number>(), new Set<number>(), new Set<number>(), new Set<number>()];
    for (let round = 0; round < 4096; round++) {
      const key = keys.next();
      for (const [at, values] of seen.entries()) values.add((key >> (8 * at)) & 0xff);
    }
    // All 256 values with a probability of 1 - 3e-5 each; 200 leaves no room for chance.
    for (const values of seen) assert(values.size > 200);
  });

  it("other random bytes come out of the same pool, and none of them twice", () => {
    let drawn = 0;
    const keys = new MaskKeys((bytes) => {
      for (let at = 0; at < bytes.length; at += 4) new DataView(bytes.buffer).setInt32(at, drawn++, true);
    });
    keys.next();
    const memory = new Uint8Array(18);
    keys.fill(memory.subarray(1, 17));
    assertEquals([...memory], [0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0]);
    assertEquals(keys.next(), 5);
  });

  it("23 a source that fails leaves no key to be used again", () => {
    let healthy = false;
    const keys = new MaskKeys((bytes) => {
      if (!healthy) throw new Error("no entropy");
      bytes.fill(7);
    });
    assertThrows(() => keys.next(), Error, "no entropy");
    assertThrows(() => keys.next(), Error, "no entropy");
    healthy = true;
    assertEquals(keys.next(), 0x07070707);
  });
});
