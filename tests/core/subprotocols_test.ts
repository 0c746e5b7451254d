import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { describe, it } from "node:test";
import { WebSocketError } from "../../src/core/errors.ts";
import { checkSubprotocols } from "../../src/core/subprotocols.ts";

function messageFor(protocols: unknown): string {
  const error = assertThrows(() => checkSubprotocols(protocols as string[]), WebSocketError);
  assertEquals(error.code, "InvalidConfiguration");
  return error.message;
}

describe("checkSubprotocols", () => {
  it("takes none, one and several, in order", () => {
    assertEquals(checkSubprotocols(undefined), []);
    assertEquals(checkSubprotocols([]), []);
    assertEquals(checkSubprotocols("v1.json"), ["v1.json"]);
    assertEquals(checkSubprotocols(["b", "a", "B"]), ["b", "a", "B"]);
  });

  it("6 what is no token is refused with the value", () => {
    const what = "Invalid `protocols`: a subprotocol must be a token of RFC 9110: ";
    for (const protocol of ["", "a b", "a,b", "a, b", "a/b", "a;b", "(a)", "é"]) {
      assertEquals(messageFor(protocol), what + `"${protocol}"`);
      assertEquals(messageFor(["ok", protocol]), what + `"${protocol}"`);
    }
    assertEquals(messageFor("a\r\nb"), what + '"a\\r\\nb"');
    assertEquals(messageFor("a\0"), what + '"a\\u0000"');
    assertEquals(messageFor("a\n"), what + '"a\\n"');
    assertEquals(messageFor([7]), what + '"7"');
    assertEquals(messageFor([Object.create(null)]), what + '"object"');
    assertEquals(messageFor(new Array(1)), what + '"undefined"');
    for (const none of [7, null, {}, new Map(), Object.create(null)]) {
      assertStringIncludes(messageFor(none), "Invalid `protocols`: neither a string nor a list of strings: ");
    }
  });

  it("6 a subprotocol listed twice is refused", () => {
    assertEquals(messageFor(["a", "b", "a"]), 'Invalid `protocols`: a subprotocol is listed twice: "a"');
  });
});
