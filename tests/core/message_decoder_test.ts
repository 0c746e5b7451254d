import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { describe, it } from "node:test";
import { acquireBuffer } from "../../src/core/buffer_pool.ts";
import { WebSocketError } from "../../src/core/errors.ts";
import {
  binaryFrame,
  concat,
  continuationFrame,
  hex,
  opcodes,
  pingFrame,
  textFrame,
  toHex,
} from "../support/frames.ts";
import { allocationsOf } from "./support_allocations.ts";
import { assertSameBytes, chunksOf, embedded, patternOf } from "./support_bytes.ts";
import { decoderOf, eventsIn } from "./support_message_decoder.ts";

describe("message_decoder: where the content lies", () => {
  it("a message whole in its chunk is shown in the chunk's own memory", () => {
    const decoder = decoderOf();
    const chunk = embedded(concat(textFrame("one"), binaryFrame(patternOf(1000)), pingFrame("p")), 3);
    decoder.push(chunk);
    const seen: [number, number, number][] = [];
    for (let opcode; (opcode = decoder.next()) !== 0;) {
      assertStrictEquals(decoder.payload.bytes.buffer, chunk.buffer);
      seen.push([opcode, decoder.payload.bytes.byteOffset, decoder.payload.byteLength]);
    }
    assertEquals(seen, [[1, 5, 3], [2, 12, 1000], [9, 1014, 1]]);
  });

  it("nothing is copied or allocated for such messages", () => {
    const decoder = decoderOf();
    const chunk = concat(...Array.from({ length: 100 }, (_, size) => binaryFrame(patternOf(size * 10))));
    decoder.push(chunk);
    let count = 0;
    assertEquals(
      allocationsOf(() => {
        while (decoder.next() !== 0) count++;
      }),
      [],
    );
    assertEquals(count, 100);
  });

  it("a message whose header came before is shown in the chunk's memory too", () => {
    const decoder = decoderOf();
    for (const bytes of [textFrame("payload"), pingFrame("payload"), binaryFrame(patternOf(300))]) {
      const headerSize = bytes.length < 130 ? 2 : 4;
      assertEquals(eventsIn(decoder, bytes.subarray(0, headerSize)), []);
      const rest = bytes.subarray(headerSize);
      decoder.push(rest);
      assert(decoder.next() !== 0);
      assertStrictEquals(decoder.payload.bytes.buffer, rest.buffer);
      assertEquals(decoder.payload.bytes.byteOffset, headerSize);
    }
  });

  it("so is the one full fragment among empty ones, at the end", () => {
    const decoder = decoderOf();
    const empty = concat(textFrame("", { fin: false }), continuationFrame("", { fin: false }));
    const chunk = concat(empty, continuationFrame("all"));
    decoder.push(chunk);
    assertEquals(decoder.next(), 1);
    assertStrictEquals(decoder.payload.bytes.buffer, chunk.buffer);
    assertEquals(decoder.payload.text, "all");
  });

  it("one payload object serves all, and is empty once the chunk is used up", () => {
    const decoder = decoderOf();
    const { payload } = decoder;
    decoder.push(concat(textFrame("a"), textFrame("bc")));
    decoder.next();
    assertStrictEquals(decoder.payload, payload);
    assertEquals(payload.text, "a");
    decoder.next();
    assertEquals(payload.text, "bc");
    assertEquals(decoder.next(), 0);
    assertEquals([payload.byteLength, payload.text], [0, ""]);
    assertEquals(decoder.next(), 0);
  });

  it("a gathered message outlives the memory of its chunks, until the next call", () => {
    const decoder = decoderOf();
    const content = patternOf(50_000);
    const chunks = chunksOf(concat(binaryFrame(content), textFrame("next")), [1, 3, 1000, 20_000, 49_999]);
    for (const chunk of chunks.slice(0, -1).map((chunk) => chunk.slice())) {
      assertEquals(eventsIn(decoder, chunk), []);
      chunk.fill(0);
    }
    decoder.push(chunks.at(-1)!);
    assertEquals(decoder.next(), opcodes.binary);
    assertSameBytes(decoder.payload.bytes, content);
    const { buffer } = decoder.payload.bytes;
    assertEquals(decoder.next(), opcodes.text);
    assertEquals(decoder.payload.text, "next");
    // By now its memory has come back to the pool, once.
    assertStrictEquals(acquireBuffer(buffer.byteLength).bytes.buffer, buffer);
    assert(acquireBuffer(buffer.byteLength).bytes.buffer !== buffer);
  });

  it("what has not been looked at can be taken back", () => {
    const decoder = decoderOf();
    decoder.push(concat(textFrame("a"), textFrame("b"), hex("81")));
    decoder.next();
    const rest = decoder.rest().slice();
    assertEquals(toHex(rest), "81 01 62 81");
    decoder.push(rest);
    assertEquals(decoder.next(), 1);
    assertEquals(decoder.payload.text, "b");
    decoder.next();
    assertEquals(decoder.rest().length, 0);
  });

  it("release lets go of the chunk, of the message half gathered and of the payload", () => {
    const decoder = decoderOf();
    eventsIn(decoder, binaryFrame(patternOf(300_000)).subarray(0, 280_000));
    const released = allocationsOf(() => acquireBuffer(300_000));
    decoder.release();
    assertEquals(released, [524_288]);
    assertEquals(allocationsOf(() => acquireBuffer(300_000)), [], "the buffer is back");
    assertEquals(allocationsOf(() => acquireBuffer(300_000)), [524_288], "once");

    const pushed = decoderOf();
    pushed.push(textFrame("x"));
    pushed.release();
    assertEquals([pushed.next(), pushed.rest().length, pushed.payload.byteLength], [0, 0, 0]);
  });
});

describe("message_decoder: what is known of the stream", () => {
  it("48 knows whether the stream, ending here, cuts something", () => {
    const decoder = decoderOf();
    const steps: [string, boolean][] = [
      ["", false],
      ["81", true],
      ["02", true],
      ["68", true],
      ["69", false],
      ["01 00", true],
      ["89 01", true],
      ["70", true],
      ["80 00", false],
      ["8a 01", true],
      ["00", false],
      ["82 7e", true],
      ["00 7e", true],
    ];
    for (const [bytes, incomplete] of steps) {
      eventsIn(decoder, hex(bytes));
      assertEquals(decoder.incomplete, incomplete, bytes);
    }
  });

  it("counts every frame whose header has been read", () => {
    const decoder = decoderOf();
    eventsIn(decoder, concat(textFrame("a"), pingFrame(), binaryFrame("", { fin: false }), hex("80")));
    assertEquals(decoder.frames, 3);
    eventsIn(decoder, hex("01"));
    assertEquals(decoder.frames, 4);
  });

  it("frames that follow one another are not read before they are asked for", () => {
    const decoder = decoderOf();
    decoder.push(concat(textFrame("a"), hex("ff ff")));
    assertEquals(decoder.next(), 1);
    assertEquals(decoder.payload.text, "a");
    assertThrows(() => decoder.next(), WebSocketError, "reserved bits");
  });
});
