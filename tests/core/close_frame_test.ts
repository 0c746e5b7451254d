import { assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "node:test";
import { isCloseCodeOnTheWire } from "../../src/core/close_code.ts";
import { closePayload, parseClose } from "../../src/core/close_frame.ts";
import { WebSocketError } from "../../src/core/errors.ts";
import { closeBody, concat, hex, toHex } from "../support/frames.ts";
import { embedded } from "./support_bytes.ts";

function violationOf(payload: Uint8Array): WebSocketError {
  const error = assertThrows(() => parseClose(payload), WebSocketError);
  assertEquals(error.code, "ProtocolViolation");
  return error;
}

describe("close_frame: reading", () => {
  it("44 a Close without a code reads as 1005", () => {
    assertEquals(parseClose(hex("")), { code: 1005, reason: "" });
  });

  it("41 a body of one byte: 1002", () => {
    const error = violationOf(hex("03"));
    assertEquals(error.closeCode, 1002);
    assertEquals(error.message, "reading a frame: a Close frame of one byte");
  });

  it("42 each code is taken or refused with 1002 as the RFC says", () => {
    for (let code = 0; code <= 65535; code++) {
      const payload = Uint8Array.of(code >> 8, code & 0xff);
      if (isCloseCodeOnTheWire(code)) {
        assertEquals(parseClose(payload).code, code);
      } else if (code <= 5000 || code % 997 === 0 || code === 65535) {
        const error = violationOf(payload);
        assertEquals(error.closeCode, 1002);
        assertEquals(error.message, `reading a frame: a Close frame with the code ${code}`);
      }
    }
  });

  it("41 a reason that is not UTF-8, or is cut: 1007", () => {
    for (const reason of ["80", "c3", "c0 80", "ed a0 80", "f4 90 80 80", "61 ff", "e2 82"]) {
      const error = violationOf(closeBody(1000, hex(reason)));
      assertEquals(error.closeCode, 1007, reason);
      assertEquals(error.message, "reading a frame: a Close frame whose reason is not UTF-8");
    }
  });

  it("42 a bad code counts before a bad reason", () => {
    assertEquals(violationOf(closeBody(1005, hex("ff"))).closeCode, 1002);
  });

  it("reads a reason of every width and of the greatest length, wherever it lies", () => {
    for (const reason of ["bye", "é€😀", "\ufeffmark", "x".repeat(123), "€".repeat(41)]) {
      for (let before = 0; before < 4; before++) {
        const payload = embedded(closeBody(4999, reason), before);
        assertEquals(parseClose(payload), { code: 4999, reason });
      }
    }
  });
});

describe("close_frame: writing", () => {
  it("writes the code and the reason", () => {
    assertEquals(toHex(closePayload(1000, "")), "03 e8");
    assertEquals(toHex(closePayload(4999, "é")), "13 87 c3 a9");
  });

  it("44 1005 stands for an empty body", () => {
    assertEquals(closePayload(1005, "").length, 0);
  });

  it("43 a reason of 123 bytes of UTF-8 fits, of 124 does not", () => {
    assertEquals(closePayload(1000, "€".repeat(41)), concat(hex("03 e8"), "€".repeat(41)));
    for (const reason of ["x".repeat(124), "€".repeat(41) + "x", "\ud800".repeat(42)]) {
      const bytes = new TextEncoder().encode(reason).length;
      const error = assertThrows(() => closePayload(1000, reason), WebSocketError);
      assertEquals(error.code, "InvalidConfiguration");
      assertEquals(
        error.message,
        `closing: the reason has ${bytes} bytes of UTF-8, at most 123 fit`,
      );
    }
  });

  it("38 a lone surrogate in a reason becomes U+FFFD", () => {
    assertEquals(toHex(closePayload(1000, "\udc00a")), "03 e8 ef bf bd 61");
  });
});
