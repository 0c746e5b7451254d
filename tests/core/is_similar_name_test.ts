import { assertEquals } from "@std/assert";
import { describe, it } from "node:test";
import { isSimilarName } from "../../src/core/is_similar_name.ts";

/** Asserts what is said of each of these names. */
function assertAll(expected: boolean, known: string, names: readonly string[]): void {
  for (const name of names) assertEquals(isSimilarName(known, name), expected, `${name} for ${known}`);
}

describe("a similar name", () => {
  it("begins as the other, from two letters on", () => {
    assertAll(true, "closeTimeout", ["cl", "close", "closeTimeoutMs", "closeTimeout"]);
    assertAll(false, "closeTimeout", ["", "c", "Timeout", "timeout"]);
    assertAll(false, "tls", ["useTls"]);
  });

  it("has letters in another case", () => {
    assertAll(true, "noDelay", ["nodelay", "NODELAY", "NoDelay"]);
    assertAll(true, "noDelay", ["NO", "NODELAYS"]);
  });

  it("has one letter too few, too many or mistaken, wherever", () => {
    assertAll(true, "signal", ["ignal", "sinal", "signl", "signa"]);
    assertAll(true, "signal", ["xsignal", "sixgnal", "signaxl", "signalx"]);
    assertAll(true, "signal", ["zignal", "sigmal", "signax"]);
    assertAll(true, "logger", ["loger", "loggger"]);
  });

  it("has letters that changed places", () => {
    assertAll(true, "headers", ["haeders", "sredaeh"]);
    assertAll(false, "headers", ["haederz"]);
  });

  it("has no more than one of these", () => {
    assertAll(false, "signal", ["zigmal", "snal", "xsinal", "sxygnal", "sixgnxal", "xxxxxx"]);
    assertAll(false, "xababy", ["xabababy"]);
    assertAll(false, "xabababy", ["xababy"]);
  });
});
