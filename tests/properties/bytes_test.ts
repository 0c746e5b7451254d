import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";
import { encodeBase64 } from "../../src/core/base64.ts";
import { applyMask, copyMasked } from "../../src/core/mask.ts";
import { sha1 } from "../../src/core/sha1.ts";
import { Utf8Validator } from "../../src/core/utf8.ts";
import { chunksOf, embedded } from "../core/support_bytes.ts";
import { applyMask as naiveMask, toHex } from "../support/frames.ts";
import { holds } from "./property.ts";

/** Runs of ASCII of any length around the bytes that decide. */
const nearlyUtf8: fc.Arbitrary<Uint8Array> = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.string({ unit: "binary", maxLength: 8 }).map((text) => new TextEncoder().encode(text)),
    },
    { weight: 3, arbitrary: fc.nat(70).map((length) => new Uint8Array(length).fill(0x61)) },
    {
      weight: 1,
      arbitrary: fc.array(
        fc.constantFrom(
          0x7f,
          0x80,
          0x8f,
          0x90,
          0x9f,
          0xa0,
          0xbf,
          0xc0,
          0xc1,
          0xc2,
          0xdf,
          0xe0,
          0xed,
          0xef,
          0xf0,
          0xf4,
          0xf5,
        ),
        { maxLength: 4 },
      ).map((bytes) => Uint8Array.from(bytes)),
    },
  ),
  { maxLength: 8 },
).map((parts) => Uint8Array.from(parts.flatMap((part) => [...part])));

/** Whether these bytes can begin a text, and whether they can be one, as the runtime says. */
function textDecoder(bytes: Uint8Array): [begins: boolean, is: boolean] {
  const accepts = (stream: boolean): boolean => {
    try {
      new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream });
      return true;
    } catch {
      return false;
    }
  };
  return [accepts(true), accepts(false)];
}

function validator(chunks: readonly Uint8Array[]): [begins: boolean, is: boolean] {
  const validator = new Utf8Validator();
  const begins = chunks.every((chunk) => validator.validate(chunk, 0, chunk.length));
  return [begins, begins && validator.complete];
}

describe("bytes", () => {
  it("35 36 the validator says what TextDecoder says, in any pieces, at any place in memory", async () => {
    const cuts = fc.array(fc.nat(200), { maxLength: 6 });
    await holds(
      fc.property(nearlyUtf8, cuts, fc.nat(7), (bytes, cuts, offset) => {
        const expected = textDecoder(bytes);
        assertEquals(validator([embedded(bytes, offset)]), expected, toHex(bytes));
        assertEquals(
          validator(chunksOf(bytes, cuts).map((chunk) => embedded(chunk, offset))),
          expected,
          toHex(bytes),
        );
      }),
      { runs: 250 },
    );
  });

  it("35 36 it refuses at the very byte at which TextDecoder does", async () => {
    await holds(
      fc.property(nearlyUtf8, (bytes) => {
        const one = new Utf8Validator();
        const taken = bytes.findIndex((_, at) => !one.validate(bytes, at, at + 1));
        const end = taken === -1 ? bytes.length : taken;
        assertEquals(textDecoder(bytes.subarray(0, end))[0], true);
        if (taken !== -1) assertEquals(textDecoder(bytes.subarray(0, end + 1))[0], false);
      }),
      { runs: 250 },
    );
  });

  it("23 masking is an exclusive or with the key, byte by byte, at any place in memory", async () => {
    const any = fc.uint8Array({ maxLength: 200, size: "max" });
    await holds(
      fc.property(any, fc.nat(9), fc.integer(), (bytes, offset, key) => {
        const keyBytes = Uint8Array.of(key, key >> 8, key >> 16, key >> 24);
        const memory = new Uint8Array(256).fill(0xee);
        const [start, end] = [offset, offset + bytes.length];
        const expected = memory.slice();
        expected.set(naiveMask(bytes, keyBytes), start);

        const copied = memory.slice();
        copyMasked(bytes, copied, start, key);
        assertEquals(toHex(copied), toHex(expected), "copyMasked");

        memory.set(bytes, start);
        applyMask(memory, new Int32Array(memory.buffer), start, end, key);
        assertEquals(toHex(memory), toHex(expected), "applyMask");
      }),
      { runs: 250 },
    );
  });

  it("12 SHA-1 and Base64 are those of node:crypto and node:buffer", async () => {
    const any = fc.oneof(
      fc.uint8Array({ maxLength: 300, size: "max" }),
      fc.uint8Array({ minLength: 50, maxLength: 70 }),
    );
    await holds(
      fc.property(any, (bytes) => {
        assertEquals(toHex(sha1(bytes)), toHex(createHash("sha1").update(bytes).digest()));
        assertEquals(encodeBase64(bytes), Buffer.from(bytes).toString("base64"));
      }),
      { runs: 200 },
    );
  });
});
