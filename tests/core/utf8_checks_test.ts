import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { describe, it } from "node:test";
import { WebSocketError } from "../../src/core/errors.ts";
import { MaskKeys } from "../../src/core/mask.ts";
import { Protocol, ProtocolEvent } from "../../src/core/protocol.ts";
import { type Utf8Checks, Utf8Validator } from "../../src/core/utf8.ts";
import { nativeText } from "../../src/driver/native_text.ts";
import { concat, toHex } from "../support/frames.ts";

const encoder = new TextEncoder();
const checks = nativeText.utf8Checks!;
/** So much of anything is left to the checks. */
const LONG = "a".repeat(600);

/** Checks that count their calls. */
function counted(): Utf8Checks & { readonly calls: string[] } {
  const calls: string[] = [];
  return {
    calls,
    isAscii: (bytes) => (calls.push(`isAscii ${bytes.length}`), checks.isAscii(bytes)),
    isUtf8: (bytes) => (calls.push(`isUtf8 ${bytes.length}`), checks.isUtf8(bytes)),
  };
}

/** What a validator says after each of these pieces, up to its no. */
function verdicts(validator: Utf8Validator, pieces: readonly Uint8Array[]): string[] {
  const said: string[] = [];
  for (const piece of pieces) {
    // Memory that begins and ends somewhere, in which the neighbours are not UTF-8.
    const memory = new Uint8Array(piece.length + 8).fill(0xff);
    memory.set(piece, 5);
    const right = validator.validate(memory.subarray(2), 3, 3 + piece.length);
    said.push(right ? `complete ${validator.complete}, ascii ${validator.ascii}` : "no");
    if (!right) break;
  }
  return said;
}

function assertSame(pieces: readonly Uint8Array[]): void {
  const expected = verdicts(new Utf8Validator(), pieces);
  const found = verdicts(new Utf8Validator(checks), pieces);
  // Comparing takes much longer than checking, and there are many cases.
  if (found.join() !== expected.join()) assertEquals(found, expected, pieces.map(toHex).join(" | "));
}

describe("utf8, with the runtime's checks", () => {
  it("39 says the same as without, whatever is cut or broken where", () => {
    const part = fc.oneof(
      fc.nat(700).map((length) => encoder.encode("a".repeat(length))),
      fc.string({ unit: "binary", minLength: 20, maxLength: 300 }).map((text) => encoder.encode(text)),
      fc.uint8Array({ maxLength: 4 }),
    );
    const texts = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => concat(...parts));
    fc.assert(
      fc.property(texts, fc.array(fc.nat(2000), { maxLength: 3 }), (text, cuts) => {
        const at = [0, ...cuts.filter((cut) => cut < text.length).sort((a, b) => a - b), text.length];
        assertSame(at.slice(1).map((end, i) => text.subarray(at[i], end)));
      }),
      { numRuns: 150 },
    );
  });

  it("35 keeps a character that is cut by the end, and refuses what cannot become one", () => {
    const heads = ["é", "€", "\u0800", "\ud7ff", "\u{10000}", "\u{10ffff}"].map((text) =>
      encoder.encode(text)
    );
    const bad = [[0xc0], [0xe0, 0x9f], [0xed, 0xa0], [0xf0, 0x8f], [0xf4, 0x90], [0xf5], [0xff], [0x80]];
    const before = ["", "é", "€", "😀"].map((text) => encoder.encode(LONG + text));
    for (const start of before) {
      for (const head of [...heads, ...bad.map((bytes) => Uint8Array.from(bytes))]) {
        for (let cut = 0; cut <= head.length; cut++) {
          for (const rest of [head.subarray(cut), Uint8Array.of(0x61), Uint8Array.of(0x80, 0x80, 0x80)]) {
            assertSame([concat(start, head.subarray(0, cut)), concat(rest, encoder.encode(LONG))]);
          }
        }
      }
      for (const tail of [[0x80], [0x80, 0x80], [0x80, 0x80, 0x80], [0x80, 0x80, 0x80, 0x80]]) {
        assertSame([concat(start, Uint8Array.from(tail))]);
      }
    }
  });

  it("takes one call for ASCII, and one more for anything else", () => {
    const calls = (text: Uint8Array, start = 0): string[] => {
      const counting = counted();
      const validator = new Utf8Validator(counting);
      assert(validator.validate(text, start, text.length));
      return counting.calls;
    };
    assertEquals(calls(encoder.encode("a".repeat(65536))), ["isAscii 65536"]);
    assertEquals(calls(encoder.encode("é".repeat(32768))), ["isAscii 65536", "isUtf8 65536"]);
    assertEquals(calls(encoder.encode("é".repeat(600)).subarray(0, 1199)), ["isAscii 1199", "isUtf8 1198"]);
    assertEquals(calls(encoder.encode("a".repeat(100) + "é".repeat(50))), ["isUtf8 100"]);
    assertEquals(calls(encoder.encode("short: é")), []);
    assertEquals(calls(encoder.encode("a".repeat(1000) + "short: é"), 1000), []);
  });

  it("35 is asked about texts that come, in parts too, and about those that go", () => {
    const text = encoder.encode("é".repeat(600));
    const frame = concat(Uint8Array.of(0x81, 126, text.length >> 8, text.length & 255), text);
    for (const messageParts of [false, true]) {
      const utf8Checks = counted();
      const maskKeys = new MaskKeys((bytes) => crypto.getRandomValues(bytes));
      const limits = { maxFrameSize: 9999, maxMessageSize: 9999, maxBufferedAmount: 9999 };
      const protocol = new Protocol({ maskKeys, ...limits, messageParts, utf8Checks });
      protocol.receive(frame);
      assertEquals(protocol.next(), messageParts ? ProtocolEvent.Part : ProtocolEvent.Text);
      protocol.sendText(text);
      const calls = ["isAscii 1200", "isUtf8 1200"];
      assertEquals(utf8Checks.calls, [...calls, ...calls]);
      const error = assertThrows(() => protocol.sendText(Uint8Array.of(...text, 0xc3)), WebSocketError);
      assertEquals(error.code, "InvalidConfiguration");
    }
  });

  it("takes memory that is shared, or can grow", () => {
    const memories = [
      new SharedArrayBuffer(2000),
      new ArrayBuffer(2000, { maxByteLength: 4000 }),
      new SharedArrayBuffer(2000, { maxByteLength: 4000 }),
    ];
    for (const memory of memories) {
      const bytes = new Uint8Array(memory).fill(0x61);
      const says = (): string => {
        const validator = new Utf8Validator(checks);
        return `${validator.validate(bytes, 1, 2000)} ${validator.ascii}`;
      };
      assertEquals(says(), "true true");
      bytes.set([0xc3, 0xa9], 1500);
      assertEquals(says(), "true false");
      bytes[1501] = 0x61;
      assertEquals(says(), "false false");
    }
  });
});
