import { assertEquals } from "@std/assert";
import { describe, it } from "node:test";
import { WebSocketError } from "../../src/core/errors.ts";

describe("WebSocketError", () => {
  it("has what it is given", () => {
    const response = { status: 401, headers: [], body: new Uint8Array() };
    const error = new WebSocketError("Timeout", "too late", {
      cause: 5,
      phase: "tls",
      response,
      closeCode: 4000,
      reason: "tired",
    });
    const { name, code, message, cause, phase, closeCode, reason } = error;
    assertEquals(
      { name, code, message, cause, phase, response: error.response, closeCode, reason },
      {
        name: "WebSocketError",
        code: "Timeout",
        message: "too late",
        cause: 5,
        phase: "tls",
        response,
        closeCode: 4000,
        reason: "tired",
      },
    );
  });

  it("has nothing else", () => {
    const error = new WebSocketError("Io", "broken");
    const { phase, response, closeCode, reason } = error;
    assertEquals([phase, response, closeCode, reason], [undefined, undefined, undefined, undefined]);
    assertEquals("cause" in error, false);
    // As it is printed, beside its message and where it comes from.
    assertEquals(Object.entries(error).sort(), [["code", "Io"], ["name", "WebSocketError"]]);
  });
});
