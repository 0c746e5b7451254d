import { assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "node:test";
import { runInNewContext } from "node:vm";
import { checkBytes, checkControlPayload, checkTextBytes } from "../../src/core/check_send.ts";
import { WebSocketError } from "../../src/core/errors.ts";

function refusal(what: string, data: unknown): string {
  const error = assertThrows(() => checkBytes(what, data), WebSocketError);
  assertEquals(error.code, "InvalidConfiguration");
  return error.message;
}

describe("what is sent", () => {
  it("may be any array of bytes, of another realm too", () => {
    checkBytes("a ping", Uint8Array.of(1));
    checkBytes("a ping", new Uint8Array(new SharedArrayBuffer(1)));
    checkBytes("a ping", new (class Odd extends Uint8Array {})(1));
    checkBytes("a ping", runInNewContext("new Uint8Array(1)"));
    const named = Object.defineProperty(new Uint8Array(1), Symbol.toStringTag, { value: "Bytes" });
    checkBytes("a ping", named);
  });

  it("is otherwise refused by name", () => {
    const message = (given: string) => `sending a ping: got ${given}, allowed: a Uint8Array`;
    assertEquals(refusal("a ping", null), message("null"));
    assertEquals(refusal("a ping", undefined), message("undefined"));
    assertEquals(refusal("a ping", 5), message("number"));
    assertEquals(refusal("a ping", "text"), message("string"));
    assertEquals(refusal("a ping", [1]), message("Array"));
    assertEquals(refusal("a ping", new ArrayBuffer(1)), message("ArrayBuffer"));
    assertEquals(refusal("a ping", new Uint16Array(1)), message("Uint16Array"));
    assertEquals(
      refusal("a text", 5),
      "sending a text: got number, allowed: a string, or a Uint8Array of UTF-8",
    );
  });

  it("is refused by the name of what it was to be", () => {
    const messageOf = (check: () => void) => assertThrows(check, WebSocketError).message;
    assertEquals(
      messageOf(() => checkTextBytes(null as never)),
      "sending a text: got null, allowed: a string, or a Uint8Array of UTF-8",
    );
    for (const frame of ["ping", "pong"] as const) {
      assertEquals(
        messageOf(() => checkControlPayload(frame, "abc" as never)),
        `sending a ${frame}: got string, allowed: a Uint8Array`,
      );
    }
  });
});
