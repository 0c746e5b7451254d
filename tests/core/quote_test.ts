import { assertEquals } from "@std/assert";
import { describe, it } from "node:test";
import { quote } from "../../src/core/quote.ts";

describe("quote", () => {
  it("keeps what can be read", () => {
    assertEquals(quote(""), '""');
    assertEquals(quote("a b-é漢"), '"a b-é漢"');
  });

  it("shortens to 100 characters", () => {
    assertEquals(quote("x".repeat(100)), `"${"x".repeat(100)}"`);
    assertEquals(quote("x".repeat(101)), `"${"x".repeat(100)}…"`);
  });

  it("escapes quotes, and what breaks lines or steers terminals", () => {
    assertEquals(quote('a"b\\c'), '"a\\"b\\\\c"');
    assertEquals(quote("\r\n\t\0\x1b[31m"), '"\\r\\n\\t\\u0000\\u001b[31m"');
    assertEquals(
      quote("\x7f\x9b\u2028\u202e\ufeff\ud800"),
      '"\\u{7f}\\u{9b}\\u{2028}\\u{202e}\\u{feff}\\ud800"',
    );
  });
});
