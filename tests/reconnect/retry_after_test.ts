import { describe, it } from "node:test";
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { retryAfter } from "../../src/client/reconnect_retry_after.ts";

const present = Date.UTC(1994, 10, 6, 8, 49, 0);

function read(value: string, date = present): number | undefined {
  const headers = [["server", "test"], ["retry-after", value]] as const;
  return retryAfter({ status: 503, headers, body: new Uint8Array() }, date);
}

describe("Retry-After (RFC 9110 §10.2.3)", () => {
  const understood: Record<string, number> = {
    "0": 0,
    "120": 120_000,
    " 7 ": 7_000,
    "Sun, 06 Nov 1994 08:49:37 GMT": 37_000,
    "Sunday, 06-Nov-94 08:49:37 GMT": 37_000,
    "Sun Nov  6 08:49:37 1994": 37_000,
    "Mon Nov 14 08:49:00 1994": 8 * 24 * 3600_000,
    // In the past: now.
    "Sun, 06 Nov 1994 08:48:59 GMT": 0,
  };
  for (const [value, milliseconds] of Object.entries(understood)) {
    it(`${JSON.stringify(value)} is ${milliseconds} ms`, () => assertEquals(read(value), milliseconds));
  }

  const strange = [
    "",
    "-1",
    "1.5",
    "1e3",
    "soon",
    "Sun, 06 Nov 1994 08:49:37 CET",
    "Sun, 06 Xyz 1994 08:49:37 GMT",
    "Sun, 6 Nov 1994 08:49:37 GMT",
    "1994-11-06T08:49:37Z",
  ];
  for (const value of strange) {
    it(`${JSON.stringify(value)} says nothing`, () => assertEquals(read(value), undefined));
  }

  it("nothing is said without the header", () => {
    assertEquals(retryAfter({ status: 503, headers: [], body: new Uint8Array() }, present), undefined);
  });

  it("two digits of a year mean the nearest one, at most 50 years ahead", () => {
    const in2026 = Date.UTC(2026, 0, 1);
    assertEquals(read("Wednesday, 01-Jan-76 00:00:00 GMT", in2026), Date.UTC(2076, 0, 1) - in2026);
    assertEquals(read("Friday, 01-Jan-77 00:00:00 GMT", in2026), 0);
  });

  it("what the platform writes as a date is read back to the second", () => {
    const seconds = fc.integer({ min: present / 1000, max: Date.UTC(9999, 11, 31) / 1000 });
    fc.assert(fc.property(seconds, (seconds) => {
      assertEquals(read(new Date(seconds * 1000).toUTCString()), seconds * 1000 - present);
    }));
  });
});
