import { assertEquals, assertLessOrEqual, assertThrows } from "@std/assert";
import { describe, it } from "node:test";
import { WebSocketError } from "../../src/core/errors.ts";
import { binaryFrame, concat, continuationFrame, frame, pingFrame, toHex } from "../support/frames.ts";
import { allocationsOf } from "./support_allocations.ts";
import { patternOf } from "./support_bytes.ts";
import { decoderOf, eventsIn, MIB, refusalOf } from "./support_message_decoder.ts";

describe("message_decoder: limits", () => {
  it("28 a message of maxMessageSize is taken, in one frame or in many", () => {
    const limits = { maxMessageSize: 10, maxFrameSize: 10 };
    const expected = [`2 ${toHex(patternOf(10))}`];
    const content = patternOf(10);
    assertEquals(eventsIn(decoderOf(limits), binaryFrame(content)), expected);
    const parts = [
      binaryFrame(content.subarray(0, 4), { fin: false }),
      continuationFrame(content.subarray(4), { fin: false }),
      continuationFrame(""),
    ];
    // Each message has the whole limit for itself, and control frames do not count.
    const decoder = decoderOf(limits);
    for (let round = 0; round < 3; round++) {
      assertEquals(eventsIn(decoder, concat(...parts, pingFrame(content))).slice(0, 1), expected);
    }
  });

  it("28 one byte more is refused with its header: 1009", () => {
    const limits = { maxMessageSize: 10 };
    assertEquals(refusalOf(binaryFrame(patternOf(11)), limits), [1009, 1]);
    const first = binaryFrame(patternOf(6), { fin: false });
    assertEquals(refusalOf(concat(first, continuationFrame(patternOf(5))), limits), [1009, first.length + 1]);
    const error = assertThrows(() => eventsIn(decoderOf(limits), binaryFrame(patternOf(11))), WebSocketError);
    assertEquals(
      [error.code, error.message],
      ["LimitExceeded", "reading a message: 11 bytes, where maxMessageSize is 10"],
    );
  });

  it("28 maxFrameSize is for each frame, maxMessageSize for all", () => {
    const limits = { maxFrameSize: 5, maxMessageSize: 12 };
    const five = continuationFrame(patternOf(5), { fin: false });
    const begun = binaryFrame(patternOf(5), { fin: false });
    assertEquals(refusalOf(binaryFrame(patternOf(6)), limits), [1009, 1]);
    assertEquals(refusalOf(concat(begun, five, continuationFrame(patternOf(3))), limits), [1009, 15]);
    assertEquals(eventsIn(decoderOf(limits), concat(begun, five, continuationFrame(patternOf(2)))).length, 1);
  });

  it("31 control frames have a limit of their own, however small maxFrameSize is", () => {
    const decoder = decoderOf({ maxFrameSize: 1 });
    assertEquals(eventsIn(decoder, pingFrame(patternOf(125))), [`9 ${toHex(patternOf(125))}`]);
  });

  it("27 28 memory grows with what arrives, not with what is announced", () => {
    const declaredLength = 900 * MIB;
    const decoder = decoderOf({ maxFrameSize: 1024 * MIB, maxMessageSize: 1024 * MIB });
    const sizes = allocationsOf(() => {
      eventsIn(decoder, frame({ opcode: 2, declaredLength, payload: patternOf(10) }));
      for (let round = 0; round < 100; round++) eventsIn(decoder, patternOf(1000));
    });
    assertEquals(decoder.incomplete, true);
    assertLessOrEqual(sizes.filter((size) => size >= 4096).reduce((sum, size) => sum + size, 0), 2 * 131_072);
  });

  it("27 a length that is refused costs no memory", () => {
    for (const declaredLength of [1n << 63n, (1n << 64n) - 1n, 1n << 53n, 1n << 40n]) {
      const bytes = frame({ opcode: 2, lengthBits: 64, declaredLength });
      const decoder = decoderOf();
      decoder.push(bytes);
      const sizes = allocationsOf(() => void assertThrows(() => decoder.next(), WebSocketError));
      assertEquals(sizes.filter((size) => size >= 4096), []);
    }
  });
});
