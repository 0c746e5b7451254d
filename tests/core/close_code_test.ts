import { assertEquals } from "@std/assert";
import { describe, it } from "node:test";
import { CloseCode, isCloseCodeForUsers, isCloseCodeOnTheWire } from "../../src/core/close_code.ts";

/** The numbers of 0 to 65535 for which `holds`, as ranges. */
function rangesOf(holds: (code: number) => boolean): string {
  const ranges: string[] = [];
  for (let code = 0; code <= 65535; code++) {
    if (!holds(code)) continue;
    const first = code;
    while (code < 65535 && holds(code + 1)) code++;
    ranges.push(first === code ? `${first}` : `${first}-${code}`);
  }
  return ranges.join(" ");
}

describe("close_code", () => {
  it("42 codes that a peer may send, of all that fit in two bytes", () => {
    assertEquals(rangesOf(isCloseCodeOnTheWire), "1000-1003 1007-1014 3000-4999");
  });

  it("43 codes that a program may close with", () => {
    assertEquals(rangesOf(isCloseCodeForUsers), "1000 3000-4999");
  });

  it("43 what is not a whole number in range is no code", () => {
    for (const code of [NaN, Infinity, -Infinity, -1000, 1000.5, 3000.5, 4999.5, 2 ** 32 + 1000]) {
      assertEquals(isCloseCodeForUsers(code), false, `${code}`);
    }
  });

  it("the names have the numbers of RFC 6455 §7.4.1", () => {
    assertEquals({ ...CloseCode }, {
      Normal: 1000,
      GoingAway: 1001,
      ProtocolError: 1002,
      NoStatus: 1005,
      Abnormal: 1006,
      InvalidPayload: 1007,
      TooBig: 1009,
    });
  });
});
