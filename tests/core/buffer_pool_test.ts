import {
  assert,
  assertEquals,
  assertGreater,
  assertLessOrEqual,
  assertNotEquals,
  assertStrictEquals,
} from "@std/assert";
import { describe, it } from "node:test";
import { acquireBuffer, releaseBuffer } from "../../src/core/buffer_pool.ts";

const KIB = 1024;
const MIB = 1024 * KIB;

describe("buffer_pool", () => {
  it("lends the smallest power of two that fits, from 4 KiB on", () => {
    const sizes = [0, 1, 4096, 4097, 8192, 8193, 65535, 65536, 65537, MIB, MIB + 1, 16 * MIB, 16 * MIB + 1];
    const expected = [4, 4, 4, 8, 8, 16, 64, 64, 128, 1024, 2048, 16384, 32768].map((size) => size * KIB);
    assertEquals(sizes.map((size) => acquireBuffer(size).bytes.length), expected);
  });

  it("both views are the same memory, from its beginning to its end", () => {
    for (const size of [1, 5000, 70000]) {
      const { bytes, words } = acquireBuffer(size);
      assertStrictEquals(bytes.buffer, words.buffer);
      assertEquals([bytes.byteOffset, words.byteOffset], [0, 0]);
      assertEquals([bytes.length, words.byteLength], [bytes.buffer.byteLength, bytes.buffer.byteLength]);
    }
  });

  it("lends the buffer that came back last, to any size that fits in it", () => {
    const buffer = acquireBuffer(100_000);
    releaseBuffer(buffer);
    assertStrictEquals(acquireBuffer(65537), buffer);
    releaseBuffer(buffer);
    assertStrictEquals(acquireBuffer(131072), buffer);
    releaseBuffer(buffer);
    assertNotEquals(acquireBuffer(131073).bytes.length, buffer.bytes.length);
    assertNotEquals(acquireBuffer(65536).bytes.length, buffer.bytes.length);
  });

  it("never lends one buffer twice at a time", () => {
    const lent = Array.from({ length: 50 }, () => acquireBuffer(4096));
    for (const buffer of lent) releaseBuffer(buffer);
    const again = Array.from({ length: 60 }, () => acquireBuffer(4096));
    assertEquals(new Set(again).size, 60);
    assertEquals(new Set(again.map(({ bytes }) => bytes.buffer)).size, 60);
    assertEquals(lent.filter((buffer) => again.includes(buffer)).length, 50);
  });

  it("keeps at most 32 MiB, over all sizes, and has room again for what it lends", () => {
    const sizes = [...Array(31).fill(MIB), ...Array(4).fill(4 * MIB), ...Array(100).fill(64 * KIB)];
    const lent = sizes.map(acquireBuffer);
    for (const buffer of lent) releaseBuffer(buffer);
    const again = sizes.map(acquireBuffer).filter((buffer) => lent.includes(buffer));
    assertEquals(new Set(again).size, again.length);
    const kept = again.reduce((sum, { bytes }) => sum + bytes.length, 0);
    assertLessOrEqual(kept, 32 * MIB);
    assertGreater(kept, 24 * MIB);

    for (const buffer of again) releaseBuffer(buffer);
    assert(again.includes(acquireBuffer(MIB)));
  });

  it("large buffers that came back do not keep small ones out", () => {
    // Together more than is kept, down to what a small one takes.
    const sizes = [...Array(32).fill(MIB), ...Array(16).fill(64 * KIB), ...Array(8).fill(8 * KIB)];
    const large = sizes.map(acquireBuffer);
    const small = [acquireBuffer(100), acquireBuffer(100)];
    for (const buffer of [...large, ...small]) releaseBuffer(buffer);
    for (let i = 0; i < 2; i++) assert(small.includes(acquireBuffer(100)));
  });

  it("leaves buffers over 16 MiB to the garbage collector, and nothing at all alone", () => {
    const huge = acquireBuffer(16 * MIB + 1);
    releaseBuffer(huge);
    assert(acquireBuffer(16 * MIB + 1) !== huge);
    releaseBuffer({ bytes: new Uint8Array(0), words: new Int32Array(0) });
    assertEquals(acquireBuffer(0).bytes.length, 4096);
  });
});
