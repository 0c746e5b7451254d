import { assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "node:test";
import fc from "fast-check";
import { WebSocketError } from "../../src/core/errors.ts";
import { TextParts } from "../../src/core/text_parts.ts";
import { concat, hex, toHex } from "../support/frames.ts";

/** What the parts become, all together. */
function encodeAll(parts: readonly (string | Uint8Array)[]): string {
  const text = new TextParts();
  return toHex(concat(...parts.map((part, index) => {
    const bytes = text.encode(part, index === parts.length - 1).slice();
    text.accept();
    return bytes;
  })));
}

function utf8(text: string): string {
  return toHex(new TextEncoder().encode(text));
}

describe("a text in parts", () => {
  it("is the UTF-8 of the whole, wherever its string is cut", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 12 }), fc.array(fc.nat(24)), (text, cuts) => {
        const places = [0, ...cuts.map((cut) => cut % (text.length + 1)).sort((a, b) => a - b), text.length];
        const parts = places.slice(1).map((place, index) => text.slice(places[index], place));
        assertEquals(encodeAll(parts), utf8(text));
      }),
    );
  });

  it("a surrogate pair between two strings comes out right, alone it becomes U+FFFD", () => {
    assertEquals(encodeAll(["a\ud83d", "\ude00b"]), utf8("a😀b"));
    assertEquals(encodeAll(["\ud83d", "", "\ude00"]), utf8("😀"));
    assertEquals(encodeAll(["\ud83d", "\ud83d", "\ude00"]), utf8("\ufffd😀"));
    assertEquals(encodeAll(["a\ud83d", "b"]), utf8("a\ufffdb"));
    assertEquals(encodeAll(["a\ud83d", ""]), utf8("a\ufffd"));
    assertEquals(encodeAll(["\ud83d", hex("61")]), utf8("\ufffda"));
    assertEquals(encodeAll(["\ud83d", hex("61"), "b"]), utf8("\ufffdab"));
    assertEquals(encodeAll(["\ud83d", hex(""), "\ude00"]), utf8("😀"));
    assertEquals(encodeAll(["\ud800", "\udc00"]), utf8("\u{10000}"));
    assertEquals(encodeAll(["\udbff", "\udfff"]), utf8("\u{10ffff}"));
    assertEquals(encodeAll(["\ude00", "a"]), utf8("\ufffda"));
  });

  it("bytes may be cut anywhere, follow strings, and be followed by strings", () => {
    assertEquals(encodeAll(["a", hex("f0 9f"), hex("98"), hex("80"), "é", hex("62")]), utf8("a😀éb"));
  });

  it("what is not UTF-8 is refused, and something else can take its place", () => {
    const text = new TextParts();
    const refusal = (part: string | Uint8Array, final = false): string => {
      const error = assertThrows(() => text.encode(part, final), WebSocketError);
      assertEquals(error.code, "InvalidConfiguration");
      return error.message;
    };
    assertEquals(refusal(hex("ff")), "sending a text: the bytes are not UTF-8");
    assertEquals(refusal(hex("c3"), true), "sending a text: the text ends within a character");
    text.encode(hex("c3"), false);
    text.accept();
    assertEquals(refusal("a"), "sending a text: a string follows bytes that end within a character");
    assertEquals(refusal("", true), "sending a text: the text ends within a character");
    assertEquals(refusal(hex("41")), "sending a text: the bytes are not UTF-8");
    assertEquals(
      refusal(5 as never),
      "sending a text: got number, allowed: a string, or a Uint8Array of UTF-8",
    );
    assertEquals(toHex(text.encode(hex("a9"), true)), "a9");
  });
});
