import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { describe, it } from "node:test";
import { acquireBuffer, releaseBuffer } from "../../src/core/buffer_pool.ts";
import { OutputBuffer } from "../../src/core/output_buffer.ts";
import { assertSameBytes, patternOf } from "./support_bytes.ts";

function append(output: OutputBuffer, bytes: Uint8Array): void {
  output.reserve(bytes.length);
  output.bytes.set(bytes, output.length);
  output.length += bytes.length;
}

describe("output_buffer", () => {
  it("owns no memory at rest", () => {
    const output = new OutputBuffer();
    assertEquals([output.length, output.bytes.length, output.words.length], [0, 0, 0]);
    output.reserve(0);
    output.clear();
    assertEquals(output.bytes.length, 0);
    assertEquals(output.detach().bytes.length, 0);
  });

  it("keeps what was written when it grows, also to the last byte", () => {
    const output = new OutputBuffer();
    const content = patternOf(40_000);
    for (let at = 0; at < content.length; at += 500) {
      append(output, content.subarray(at, at + 500));
      assert(output.bytes.length >= output.length);
      assertStrictEquals(output.words.buffer, output.bytes.buffer);
    }
    assertSameBytes(output.bytes.subarray(0, output.length), content);

    const full = new OutputBuffer();
    append(full, patternOf(4096));
    full.reserve(1);
    assertEquals(full.bytes.length, 8192);
    assertSameBytes(full.bytes.subarray(0, full.length), patternOf(4096));
  });

  it("stays in its memory as long as there is room", () => {
    const output = new OutputBuffer();
    output.reserve(1);
    const { bytes } = output;
    append(output, patternOf(4000));
    assertStrictEquals(output.bytes, bytes);
    output.reserve(96);
    assertStrictEquals(output.bytes, bytes);
    output.reserve(97);
    assert(output.bytes !== bytes);
  });

  it("gives back what it grew out of, and what it has when cleared, once each", () => {
    const output = new OutputBuffer();
    output.reserve(200_000);
    const small = output.bytes;
    output.reserve(400_000);
    const large = output.bytes;
    const first = acquireBuffer(200_000);
    assertStrictEquals(first.bytes, small);

    output.clear();
    assertEquals([output.length, output.bytes.length], [0, 0]);
    output.clear();
    const second = acquireBuffer(400_000);
    assertStrictEquals(second.bytes, large);
    assert(acquireBuffer(400_000).bytes !== large, "released twice");
    releaseBuffer(first);
    releaseBuffer(second);
  });

  it("a detached buffer belongs to who took it", () => {
    const output = new OutputBuffer();
    append(output, patternOf(300_000));
    const taken = output.detach();
    assertEquals([output.length, output.bytes.length], [0, 0]);
    append(output, patternOf(300_000, 1));
    assert(output.bytes !== taken.bytes);
    output.clear();
    assertSameBytes(taken.bytes.subarray(0, 300_000), patternOf(300_000));
    assert(acquireBuffer(300_000).bytes !== taken.bytes);
  });
});
