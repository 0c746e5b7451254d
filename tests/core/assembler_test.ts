import { assert, assertEquals, assertLessOrEqual, assertStrictEquals, assertThrows } from "@std/assert";
import { describe, it } from "node:test";
import { Assembler } from "../../src/core/assembler.ts";
import { acquireBuffer } from "../../src/core/buffer_pool.ts";
import { WebSocketError } from "../../src/core/errors.ts";
import { assertSameBytes, embedded, patternOf } from "./support_bytes.ts";

describe("assembler", () => {
  it("owns no memory until there is something to gather", () => {
    const assembler = new Assembler();
    assertEquals([assembler.length, assembler.bytes.length], [0, 0]);
    assembler.append(patternOf(10), 0, 0);
    assembler.append(patternOf(10), 7, 7);
    assertEquals([assembler.length, assembler.bytes.length], [0, 0]);
    assembler.clear();
    assertEquals(assembler.bytes.length, 0);
  });

  it("gathers pieces of every kind in order, as copies", () => {
    const content = patternOf(30_000);
    const assembler = new Assembler();
    let at = 0;
    for (let round = 0; at < content.length; round++) {
      const size = Math.min((round * 37) % 1000, content.length - at);
      const piece = embedded(content.subarray(at, at + size), round % 5);
      assembler.append(piece, 0, size);
      piece.fill(0);
      at += size;
    }
    assertEquals(assembler.length, content.length);
    assertSameBytes(assembler.bytes.subarray(0, assembler.length), content);
  });

  it("takes only the range it is given", () => {
    const assembler = new Assembler();
    const source = patternOf(100);
    assembler.append(source, 10, 20);
    assembler.append(source, 0, 5);
    assembler.append(source, 90, 100);
    assertEquals(
      [...assembler.bytes.subarray(0, assembler.length)],
      [...source.subarray(10, 20), ...source.subarray(0, 5), ...source.subarray(90)],
    );
  });

  it("takes the beginning of what is larger than its memory", () => {
    const assembler = new Assembler();
    const source = patternOf(5000);
    assembler.append(source, 0, 10);
    assertEquals([assembler.length, assembler.bytes.length], [10, 4096]);
    assertSameBytes(assembler.bytes.subarray(0, 10), source.subarray(0, 10));
  });

  it("27 holds at most twice what it has gathered, or the smallest buffer", () => {
    const assembler = new Assembler();
    const piece = patternOf(1000);
    for (let total = 1000; total <= 2_000_000; total += 1000) {
      assembler.append(piece, 0, 1000);
      assertEquals(assembler.length, total);
      assertLessOrEqual(assembler.bytes.length, Math.max(4096, 2 * total));
    }
  });

  it("fills a buffer to its last byte before it grows", () => {
    const assembler = new Assembler();
    assembler.append(patternOf(4000), 0, 4000);
    const { bytes } = assembler;
    assembler.append(patternOf(4096), 4000, 4096);
    assertStrictEquals(assembler.bytes, bytes);
    assertEquals(assembler.bytes.length, 4096);
    assembler.append(patternOf(1), 0, 1);
    assertEquals(assembler.bytes.length, 8192);
    assertSameBytes(assembler.bytes.subarray(0, 4096), patternOf(4096));
  });

  it("28 has room for the limit and for one byte that shows it passed, whatever its memory", () => {
    for (const limit of [4095, 4096, 4097]) {
      const assembler = new Assembler(limit);
      assembler.grow();
      while (assembler.length < limit) {
        if (assembler.length === assembler.end) assembler.grow();
        assembler.length = Math.min(assembler.end, limit);
      }
      if (assembler.length === assembler.end) assembler.grow();
      assertEquals(assembler.end, limit + 1);
      assembler.length = assembler.end;
      const error = assertThrows(() => assembler.grow(), WebSocketError);
      assertEquals(
        error.message,
        `reading a message: more than ${limit} bytes, where maxMessageSize is ${limit}`,
      );
      assertEquals([error.code, error.closeCode], ["LimitExceeded", 1009]);
      assembler.clear();
    }
  });

  it("gives back what it grew out of, and what it has when cleared, once each", () => {
    const assembler = new Assembler();
    assembler.append(patternOf(200_000), 0, 200_000);
    const small = assembler.bytes;
    assembler.append(patternOf(200_000), 0, 200_000);
    const large = assembler.bytes;
    assertStrictEquals(acquireBuffer(200_000).bytes, small);

    assembler.clear();
    assertEquals([assembler.length, assembler.bytes.length], [0, 0]);
    assembler.clear();
    assertStrictEquals(acquireBuffer(400_000).bytes, large);
    assert(acquireBuffer(400_000).bytes !== large, "released twice");
  });

  it("begins anew after a clear", () => {
    const assembler = new Assembler();
    assembler.append(patternOf(5000), 0, 5000);
    assembler.clear();
    assembler.append(patternOf(10, 3), 0, 10);
    assertEquals(assembler.length, 10);
    assertSameBytes(assembler.bytes.subarray(0, 10), patternOf(10, 3));
  });
});
