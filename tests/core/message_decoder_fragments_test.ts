import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import { describe, it } from "node:test";
import {
  binaryFrame,
  closeFrame,
  concat,
  continuationFrame,
  frame,
  hex,
  pingFrame,
  pongFrame,
  textFrame,
  toHex,
} from "../support/frames.ts";
import { allocationsOf } from "./support_allocations.ts";
import { assertSameBytes, chunksOf, patternOf } from "./support_bytes.ts";
import { decoderOf, eventsIn, MIB, refusalOf } from "./support_message_decoder.ts";

describe("message_decoder: fragments", () => {
  const fragments = [
    textFrame("Hel", { fin: false }),
    continuationFrame("", { fin: false }),
    continuationFrame("l", { fin: false }),
    continuationFrame("o"),
  ];

  it("30 fragments, empty ones too, make one message", () => {
    assertEquals(eventsIn(decoderOf(), concat(...fragments)), ["1 48 65 6c 6c 6f"]);
    const empties = concat(binaryFrame("", { fin: false }), continuationFrame("", { fin: false }));
    assertEquals(eventsIn(decoderOf(), concat(empties, continuationFrame(""))), ["2"]);
  });

  it("30 control frames in between come at once and leave the message alone", () => {
    const [first, second, third, last] = fragments;
    const stream = concat(
      first,
      pingFrame("p"),
      second,
      pongFrame(""),
      pingFrame(""),
      third,
      closeFrame(1000),
      last,
    );
    assertEquals(eventsIn(decoderOf(), stream), ["9 70", "10", "9", "8 03 e8", "1 48 65 6c 6c 6f"]);
  });

  it("30 a control frame cut in two between fragments cut in two", () => {
    const ping = pingFrame("ping!");
    const [first, , , last] = fragments;
    const stream = concat(first, ping, last);
    for (let cut = 1; cut < stream.length; cut++) {
      const decoder = decoderOf();
      const events = chunksOf(stream, [cut]).flatMap((chunk) => eventsIn(decoder, chunk.slice()));
      assertEquals(events, ["9 70 69 6e 67 21", "1 48 65 6c 6f"], `cut at ${cut}`);
    }
  });

  it("29 a continuation with nothing to continue: 1002", () => {
    for (const fin of [true, false]) {
      assertEquals(refusalOf(continuationFrame("", { fin })), [1002, 0]);
      assertEquals(refusalOf(concat(textFrame("a"), continuationFrame("b", { fin }))), [1002, 3]);
      assertEquals(refusalOf(concat(...fragments, continuationFrame("b", { fin })))[0], 1002);
    }
  });

  it("29 a new message inside a fragmented one: 1002", () => {
    for (const opcode of [1, 2]) {
      for (const begun of [1, 2]) {
        const begin = frame({ opcode: begun, fin: false, payload: "a" });
        assertEquals(refusalOf(concat(begin, frame({ opcode, payload: "b" }))), [1002, 3]);
        assertEquals(refusalOf(concat(begin, pingFrame(), frame({ opcode, payload: "b" }))), [1002, 5]);
        assertEquals(refusalOf(concat(begin, pingFrame(), frame({ opcode, fin: false }))), [1002, 5]);
      }
    }
  });

  it("28 a million fragments of one byte take the memory of one message", () => {
    const count = 1_000_000;
    const decoder = decoderOf();
    const many = concat(
      ...Array.from({ length: 1000 }, (_, at) => continuationFrame(patternOf(1, at), { fin: false })),
    );
    const sizes = allocationsOf(() => {
      decoder.push(binaryFrame("", { fin: false }));
      assertEquals(decoder.next(), 0);
      for (let sent = 0; sent < count; sent += 1000) {
        decoder.push(many);
        if (decoder.next() !== 0) assert(false, "the message has not ended");
      }
      decoder.push(continuationFrame(""));
      assertEquals(decoder.next(), 2);
    });
    assertLessOrEqual(sizes.filter((size) => size >= 4096).reduce((sum, size) => sum + size, 0), 2 * MIB);
    assertEquals([decoder.payload.byteLength, decoder.frames], [count, count + 2]);
    const thousand = concat(...Array.from({ length: 1000 }, (_, at) => patternOf(1, at)));
    for (let at = 0; at < count; at += 1000) {
      assertEquals(decoder.payload.bytes[at], thousand[0]);
      assertEquals(decoder.payload.bytes[at + 999], thousand[999]);
    }
    assertSameBytes(decoder.payload.bytes.subarray(count - 1000), thousand);
    assertEquals(decoder.next(), 0);
  });

  it("30 endless empty fragments take no memory", () => {
    const decoder = decoderOf();
    const many = concat(...Array.from({ length: 1000 }, () => continuationFrame("", { fin: false })));
    eventsIn(decoder, textFrame("", { fin: false }));
    const sizes = allocationsOf(() => {
      for (let round = 0; round < 300; round++) {
        decoder.push(many);
        assertEquals(decoder.next(), 0);
      }
    });
    assertEquals(sizes, []);
    assertEquals([decoder.frames, decoder.incomplete], [300_001, true]);
    assertEquals(eventsIn(decoder, continuationFrame("end")), ["1 65 6e 64"]);
  });
});

describe("message_decoder: text", () => {
  it("35 a code point may be cut by frames and by chunks", () => {
    const bytes = new TextEncoder().encode("é€😀");
    for (let first = 0; first <= bytes.length; first++) {
      for (let second = first; second <= bytes.length; second++) {
        const stream = concat(
          textFrame(bytes.subarray(0, first), { fin: false }),
          pingFrame(hex("ff")),
          continuationFrame(bytes.subarray(first, second), { fin: false }),
          continuationFrame(bytes.subarray(second)),
        );
        const expected = ["9 ff", `1 ${toHex(bytes)}`];
        assertEquals(eventsIn(decoderOf(), stream), expected);
        const decoder = decoderOf();
        assertEquals(Array.from(stream, (byte) => eventsIn(decoder, Uint8Array.of(byte))).flat(), expected);
      }
    }
  });

  it("35 a code point that the message's end cuts: 1007, with its last byte", () => {
    for (const bytes of ["c3", "61 e2 82", "f0 9f 98"]) {
      const whole = textFrame(hex(bytes));
      assertEquals(refusalOf(whole), [1007, whole.length - 1]);
      const fragments = concat(textFrame(hex(bytes), { fin: false }), continuationFrame(""));
      assertEquals(refusalOf(fragments), [1007, fragments.length - 1]);
    }
  });

  it("35 one message's cut code point is not continued by the next message", () => {
    const cut = decoderOf();
    assertEquals(eventsIn(cut, binaryFrame(hex("c3"))), ["2 c3"]);
    assertEquals(refusalOf(concat(binaryFrame(hex("c3")), textFrame(hex("a9")))), [1007, 5]);
  });

  it("36 the first impossible byte is refused, in a frame and a message that have not all arrived", () => {
    const long = (payload: Uint8Array) => frame({ opcode: 1, payload, declaredLength: 1000 });
    assertEquals(refusalOf(long(hex("61 62 ff"))), [1007, 4 + 2]);
    assertEquals(refusalOf(long(hex("61 ed a0"))), [1007, 4 + 2]);
    assertEquals(refusalOf(long(hex("f4 90"))), [1007, 4 + 1]);
    assertEquals(refusalOf(textFrame(hex("61 c0 80"), { fin: false })), [1007, 2 + 1]);
    const second = concat(textFrame(hex("e0"), { fin: false }), continuationFrame(hex("80"), { fin: false }));
    assertEquals(refusalOf(second), [1007, 3 + 2]);
  });

  it("35 binary messages and control frames may hold anything", () => {
    assertEquals(eventsIn(decoderOf(), binaryFrame(hex("ff fe"))), ["2 ff fe"]);
    assertEquals(eventsIn(decoderOf(), concat(pingFrame(hex("c3")), pongFrame(hex("80")))), [
      "9 c3",
      "10 80",
    ]);
    const fragments = concat(binaryFrame(hex("c3"), { fin: false }), continuationFrame(hex("28")));
    assertEquals(eventsIn(decoderOf(), fragments), ["2 c3 28"]);
  });
});
