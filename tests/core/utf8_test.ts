import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { describe, it } from "node:test";
import { Utf8Validator } from "../../src/core/utf8.ts";
import { concat, hex, toHex } from "../support/frames.ts";
import { embedded } from "./support_bytes.ts";

const encoder = new TextEncoder();
const strict = new TextDecoder("utf-8", { fatal: true });

/** Whether the bytes are a whole text in UTF-8. */
function isUtf8(bytes: Uint8Array): boolean {
  const validator = new Utf8Validator();
  return validator.validate(bytes, 0, bytes.length) && validator.complete;
}

/** The same, as the platform sees it. */
function isUtf8ByPlatform(bytes: Uint8Array): boolean {
  try {
    strict.decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/**
 * Every beginning of the encoding of a code point, as a number. Bytes are possible exactly when they are
 * encodings, and then nothing or one of these.
 */
const beginnings = new Set<number>();
const encodings = new Set<number>();
const one = new Uint8Array(4);
for (let point = 0; point <= 0x10ffff; point++) {
  if (point >= 0xd800 && point <= 0xdfff) continue;
  const { written } = encoder.encodeInto(String.fromCodePoint(point), one);
  let number = 0;
  for (let at = 0; at < written; at++) {
    number = number * 256 + one[at];
    (at === written - 1 ? encodings : beginnings).add(number);
  }
}

/** Where the first byte lies that cannot be right; the length if there is none. */
function firstImpossible(bytes: Uint8Array): number {
  let number = 0;
  for (let at = 0; at < bytes.length; at++) {
    number = number * 256 + bytes[at];
    if (encodings.has(number)) number = 0;
    else if (!beginnings.has(number)) return at;
  }
  return bytes.length;
}

/** How far a validator that is fed in these pieces gets before it says no. */
function validLength(pieces: readonly Uint8Array[]): number {
  const validator = new Utf8Validator();
  let at = 0;
  for (const piece of pieces) {
    if (!validator.validate(piece, 0, piece.length)) return at;
    at += piece.length;
  }
  return at;
}

/** Mostly UTF-8 with something broken in it, of lengths where the fast paths begin and end. */
const brokenTexts = fc.array(
  fc.oneof(
    fc.string({ unit: "binary", maxLength: 8 }).map((text) => encoder.encode(text)),
    fc.nat(70).map((length) => encoder.encode("a".repeat(length))),
    fc.uint8Array({ maxLength: 4 }),
  ),
  { maxLength: 8 },
).map((parts) => concat(...parts));

describe("utf8", () => {
  it("35 takes every code point", () => {
    const validator = new Utf8Validator();
    for (let point = 0; point <= 0x10ffff; point++) {
      if (point >= 0xd800 && point <= 0xdfff) continue;
      const { written } = encoder.encodeInto(String.fromCodePoint(point), one);
      if (!validator.validate(one, 0, written) || !validator.complete) {
        assert(false, `U+${point.toString(16)}`);
      }
      for (let cut = 1; cut < written; cut++) {
        const whole = validator.validate(one, 0, cut) && !validator.complete &&
          validator.validate(one, cut, written) && validator.complete;
        if (!whole) assert(false, `U+${point.toString(16)} cut at ${cut}`);
      }
    }
  });

  it("35 judges all sequences of one and of two bytes as TextDecoder does", () => {
    for (let first = 0; first < 256; first++) {
      const single = Uint8Array.of(first);
      assertEquals(isUtf8(single), isUtf8ByPlatform(single), toHex(single));
      for (let second = 0; second < 256; second++) {
        const pair = Uint8Array.of(first, second);
        if (isUtf8(pair) !== isUtf8ByPlatform(pair)) assert(false, toHex(pair));
      }
    }
  });

  it("35 judges every second byte after every lead byte, with what the lead wants behind it", () => {
    for (let lead = 0xc0; lead < 256; lead++) {
      const rest = hex(lead < 0xe0 ? "" : lead < 0xf0 ? "80" : "80 bf");
      for (let second = 0; second < 256; second++) {
        const bytes = concat(Uint8Array.of(lead, second), rest);
        if (isUtf8(bytes) !== isUtf8ByPlatform(bytes)) assert(false, toHex(bytes));
      }
    }
  });

  it("35 overlong forms, surrogates and what lies beyond U+10FFFF are refused", () => {
    const never = [
      "c0 80",
      "c1 bf",
      "e0 80 80",
      "e0 9f bf",
      "f0 80 80 80",
      "f0 8f bf bf",
      "ed a0 80",
      "ed bf bf",
      "ed a0 bd ed b8 80",
      "f4 90 80 80",
      "f5 80 80 80",
      "f8 88 80 80 80",
      "fe",
      "ff",
      "80",
      "bf",
    ];
    for (const bytes of never) assertEquals(isUtf8(hex(bytes)), false, bytes);
  });

  it("35 a text that ends within a code point is not complete", () => {
    for (const text of ["é", "€", "😀"]) {
      const bytes = encoder.encode("x".repeat(20) + text);
      for (let end = 21; end < bytes.length; end++) {
        const validator = new Utf8Validator();
        assert(validator.validate(bytes, 0, end));
        assertEquals(validator.complete, false);
        validator.reset();
        assertEquals(validator.complete, true);
        assert(validator.validate(bytes, 0, bytes.length) && validator.complete, "after reset");
      }
    }
  });

  it("35 reset forgets the narrower bounds that some lead bytes set", () => {
    for (const lead of [0xe0, 0xed, 0xf0, 0xf4]) {
      const validator = new Utf8Validator();
      assert(validator.validate(Uint8Array.of(lead), 0, 1));
      validator.reset();
      for (const bytes of ["c2 80", "c2 bf", "e1 80 80", "e1 bf bf"]) {
        assert(validator.validate(hex(bytes), 0, bytes.length === 5 ? 2 : 3), `${bytes} after ${lead}`);
      }
    }
  });

  it("36 says no at the first impossible byte, and not before", () => {
    const heads = [
      "",
      "a",
      "é",
      "a".repeat(15),
      "a".repeat(16),
      "a".repeat(33),
      "aaaa€aaaaaaaaaaaaaaaaaaaaa😀",
    ];
    for (const head of heads.map((text) => encoder.encode(text))) {
      for (let first = 0x80; first < 256; first++) {
        for (const second of [0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xff]) {
          const bytes = concat(head, Uint8Array.of(first, second, 0x80, 0x41, 0xff));
          const impossible = firstImpossible(bytes);
          const validator = new Utf8Validator();
          assert(validator.validate(bytes, 0, impossible), `${toHex(bytes)}: too early`);
          assert(!validator.validate(bytes, impossible, impossible + 1), `${toHex(bytes)}: too late`);
        }
      }
    }
  });

  it("36 the place of the first impossible byte does not depend on how the text is cut", () => {
    fc.assert(
      fc.property(brokenTexts, fc.nat(), (bytes, where) => {
        const impossible = firstImpossible(bytes);
        const bytewise = Array.from(bytes, (byte) => Uint8Array.of(byte));
        assertEquals(validLength(bytewise), impossible);
        // In two pieces: the piece that holds the byte is refused, the other is not.
        const cut = where % (bytes.length + 1);
        const expected = impossible === bytes.length ? bytes.length : impossible >= cut ? cut : 0;
        assertEquals(validLength([bytes.subarray(0, cut), bytes.subarray(cut)]), expected);
      }),
      { numRuns: 1000 },
    );
  });

  it("35 finds one bad byte in ASCII at every place, length and alignment", () => {
    const validator = new Utf8Validator();
    for (let offset = 0; offset < 4; offset++) {
      const memory = new Uint8Array(80).fill(0xff);
      for (let length = 1; length <= 70; length++) {
        const bytes = memory.subarray(offset, offset + length).fill(0x61);
        assert(validator.validate(bytes, 0, length), `offset ${offset}, length ${length}`);
        for (let bad = 0; bad < length; bad++) {
          bytes[bad] = 0x80;
          if (validator.validate(bytes, 0, length)) assert(false, `${bad} of ${length} at offset ${offset}`);
          if (!validator.validate(bytes, bad + 1, length)) assert(false, `behind ${bad} of ${length}`);
          if (!validator.validate(bytes, 0, bad)) assert(false, `before ${bad} of ${length}`);
          bytes[bad] = 0x61;
        }
      }
    }
  });

  it("35 looks at nothing outside its range, at either end", () => {
    const validator = new Utf8Validator();
    const text = encoder.encode("a".repeat(64));
    for (let before = 0; before < 8; before++) {
      for (let after = 0; after < 8; after++) {
        // All around lies 0xee, which would be refused.
        const bytes = embedded(text, before, after);
        const memory = new Uint8Array(bytes.buffer);
        assert(validator.validate(bytes, 0, bytes.length));
        assert(validator.validate(memory, before, before + text.length));
      }
    }
  });

  it("35 mixed texts of every length are taken whole, at every alignment", () => {
    const text = "naïve – 日本語 and plain ASCII that goes on for a while, 😀, ".repeat(3);
    const bytes = encoder.encode(text);
    for (let before = 0; before < 4; before++) {
      const view = embedded(bytes, before);
      for (let end = 0; end <= view.length; end++) {
        const validator = new Utf8Validator();
        if (!validator.validate(view, 0, end)) assert(false, `${end} bytes at offset ${before}`);
        if (validator.complete !== isUtf8ByPlatform(view.slice(0, end))) assert(false, `complete at ${end}`);
      }
    }
  });

  it("35 memory that has grown since it was last looked at is looked at to its end", () => {
    const resizable = new ArrayBuffer(62, { maxByteLength: 256 });
    const growable = new SharedArrayBuffer(62, { maxByteLength: 256 });
    const validator = new Utf8Validator();
    for (
      const [buffer, grow] of [
        [resizable, () => resizable.resize(254)],
        [growable, () => growable.grow(254)],
      ] as const
    ) {
      assert(validator.validate(new Uint8Array(buffer, 0, 62), 0, 62));
      grow();
      const bytes = new Uint8Array(buffer);
      assert(validator.validate(bytes, 0, 254));
      for (const bad of [61, 62, 64, 200, 253]) {
        bytes.fill(0x61)[bad] = 0xff;
        assertEquals(validator.validate(bytes, 0, 254), false, `at ${bad}`);
      }
    }
  });

  it("35 different memory in turn is told apart", () => {
    const validator = new Utf8Validator();
    const good = encoder.encode("a".repeat(40));
    const bad = concat(good, hex("ff"), good);
    for (let round = 0; round < 3; round++) {
      assert(validator.validate(good, 0, good.length));
      assert(!validator.validate(bad, 0, bad.length));
    }
  });
});

describe("whether a text is ASCII", () => {
  it("is known of what has been looked at, until the next one begins", () => {
    const validator = new Utf8Validator();
    const look = (text: string) => {
      const bytes = encoder.encode(text);
      return [validator.validate(bytes, 0, bytes.length), validator.ascii];
    };
    assertEquals(validator.ascii, true);
    assertEquals(look("a".repeat(40)), [true, true]);
    assertEquals(look("a".repeat(40) + "\u00e9"), [true, false]);
    assertEquals(look("a"), [true, false]);
    validator.reset();
    assertEquals(validator.ascii, true);
    assertEquals(look("\u20ac"), [true, false]);
    const other = new Utf8Validator();
    other.goOnFrom(validator);
    assertEquals(other.ascii, false);
  });
});
