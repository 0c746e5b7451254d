import { describe, it } from "node:test";
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { Memory } from "../../src/channel/memory.ts";
import { pattern } from "./bytes_codec.ts";

describe("memory", () => {
  it("gives fresh bytes away whole, and a copy of a part of them", () => {
    const memory = Memory.allocate(10);
    memory.bytes.set(pattern(10));
    assertStrictEquals(memory.copy(0, 10), memory.bytes);
    for (const [start, end] of [[1, 10], [0, 9], [3, 3]] as const) {
      const copy = memory.copy(start, end);
      assert(copy.buffer !== memory.bytes.buffer);
      assertEquals(copy, pattern(10).slice(start, end));
    }
  });

  it("copies somebody else's bytes, short ones and long ones", () => {
    const bytes = pattern(5000);
    const memory = Memory.over(bytes);
    for (const [start, end] of [[0, 5000], [0, 1023], [0, 1024], [7, 4999]] as const) {
      const copy = memory.copy(start, end);
      assert(copy.buffer !== bytes.buffer);
      assertEquals([copy.byteOffset, copy], [0, bytes.slice(start, end)]);
    }
  });
});
