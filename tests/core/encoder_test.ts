import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { describe, it } from "node:test";
import { acquireBuffer, releaseBuffer } from "../../src/core/buffer_pool.ts";
import type { DeflateCodec, DeflateStream } from "../../src/core/deflate_codec.ts";
import { DeflateSender } from "../../src/core/deflate_sender.ts";
import { encodeAlone, FrameEncoder, frameSize, headerSize, MAX_HEADER } from "../../src/core/encoder.ts";
import { WebSocketError } from "../../src/core/errors.ts";
import { MaskKeys } from "../../src/core/mask.ts";
import { Opcode } from "../../src/core/opcode.ts";
import { OutputBuffer } from "../../src/core/output_buffer.ts";
import { hex, toHex } from "../support/frames.ts";
import { assertSameBytes, embedded, patternOf } from "./support_bytes.ts";
import { clientFrames } from "./support_client_frames.ts";
import { countingKeys } from "./support_transcript.ts";

const encoder = new TextEncoder();

/** An encoder whose every key is 37 fa 21 3d, the one of the examples in RFC 6455 §5.7. */
function pinned(): FrameEncoder {
  return new FrameEncoder(
    new MaskKeys((bytes) => {
      for (let at = 0; at < bytes.length; at += 4) bytes.set(hex("37 fa 21 3d"), at);
    }),
  );
}

function written(output: OutputBuffer): Uint8Array {
  return output.bytes.subarray(0, output.length);
}

/** Encodes `text` behind `before` bytes and asserts that both are there, whole; answers the length told. */
function assertTextFrame(text: string, before = 0): void {
  const output = new OutputBuffer();
  output.reserve(before);
  output.bytes.set(patternOf(before));
  output.length = before;
  const told = new FrameEncoder(countingKeys()).text(output, Opcode.Text, text);
  const what = `${text.length} units behind ${before} bytes`;
  assertSameBytes(output.bytes.subarray(0, before), patternOf(before), `before ${what}`);
  const frames = clientFrames(output.bytes.subarray(before, output.length));
  assertEquals(frames.length, 1, what);
  const [{ fin, rsv, opcode, payload }] = frames;
  assertEquals([fin, rsv, opcode], [true, 0, 1], what);
  assertSameBytes(payload, encoder.encode(text), what);
  assertEquals(told, payload.length, what);
  output.clear();
}

/** Fills the pool's memory of one size with what must never be sent. */
function soilPool(size: number): void {
  const lent = [acquireBuffer(size), acquireBuffer(size), acquireBuffer(size)];
  for (const buffer of lent) {
    buffer.bytes.fill(0xdd);
    releaseBuffer(buffer);
  }
}

describe("encoder: literal bytes", () => {
  it("the examples of RFC 6455 §5.7", () => {
    const output = new OutputBuffer();
    const frames = pinned();
    frames.text(output, Opcode.Text, "Hello");
    assertEquals(toHex(written(output)), "81 85 37 fa 21 3d 7f 9f 4d 51 58");
    output.clear();
    frames.frame(output, Opcode.Pong, encoder.encode("Hello"));
    assertEquals(toHex(written(output)), "8a 85 37 fa 21 3d 7f 9f 4d 51 58");
  });

  it("headers of the three lengths, and the empty frame", () => {
    const output = new OutputBuffer();
    const header = (length: number): string => {
      output.clear();
      pinned().frame(output, Opcode.Binary, new Uint8Array(length));
      return toHex(output.bytes.subarray(0, headerSize(length)));
    };
    assertEquals(header(0), "82 80 37 fa 21 3d");
    assertEquals(output.length, 6);
    assertEquals(header(125), "82 fd 37 fa 21 3d");
    assertEquals(header(126), "82 fe 00 7e 37 fa 21 3d");
    assertEquals(header(65535), "82 fe ff ff 37 fa 21 3d");
    assertEquals(header(65536), "82 ff 00 00 00 00 00 01 00 00 37 fa 21 3d");
    assertEquals(header(0x123456), "82 ff 00 00 00 00 00 12 34 56 37 fa 21 3d");
  });

  it("frames follow one another without a gap", () => {
    const output = new OutputBuffer();
    const frames = pinned();
    frames.frame(output, Opcode.Ping, hex(""));
    frames.text(output, Opcode.Text, "");
    frames.text(output, Opcode.Text, "é");
    frames.frame(output, Opcode.Close, hex("03 e8"));
    assertEquals(
      toHex(written(output)),
      "89 80 37 fa 21 3d " + "81 80 37 fa 21 3d " + "81 82 37 fa 21 3d f4 53 " + "88 82 37 fa 21 3d 34 12",
    );
  });
});

describe("encoder: binary", () => {
  const lengths = [
    0,
    1,
    2,
    3,
    4,
    5,
    31,
    32,
    33,
    95,
    96,
    97,
    98,
    99,
    100,
    124,
    125,
    126,
    127,
    128,
    4081,
    4082,
  ];
  const long = [4083, 4090, 4096, 65534, 65535, 65536, 65537, 100_003];

  it("is what went in, at every length class, from views at odd offsets, behind other frames", () => {
    for (const length of [...lengths, ...long]) {
      for (let before = 0; before < 4; before++) {
        const output = new OutputBuffer();
        const frames = new FrameEncoder(countingKeys());
        const source = embedded(patternOf(length), before);
        // The first frame shifts the second to another alignment.
        frames.frame(output, Opcode.Ping, patternOf(before));
        frames.frame(output, Opcode.Binary, source);
        const [ping, binary] = clientFrames(written(output));
        assertEquals([ping.opcode, binary.opcode, binary.fin, binary.rsv], [9, 2, true, 0]);
        assertSameBytes(ping.payload, patternOf(before), `the frame before ${length} bytes`);
        assertSameBytes(binary.payload, patternOf(length), `${length} bytes`);
        assertSameBytes(source, patternOf(length), "the source");
        output.clear();
      }
    }
  });

  it("more than 16 MiB in one frame", () => {
    const length = 16 * 1024 * 1024 + 3;
    const output = new OutputBuffer();
    const source = new Uint8Array(length);
    for (let at = 0; at < length; at += 4099) source[at] = at;
    source[length - 1] = 0x77;
    pinned().frame(output, Opcode.Binary, source);
    assertEquals(output.length, MAX_HEADER + length);
    assertEquals(toHex(output.bytes.subarray(0, 14)), "82 ff 00 00 00 00 01 00 00 03 37 fa 21 3d");
    const key = hex("37 fa 21 3d");
    const { bytes } = output;
    for (let at = 0; at < length; at++) {
      if ((bytes[14 + at] ^ key[at & 3]) !== source[at]) assert(false, `at ${at}`);
    }
    output.clear();
  });

  it("its size is known before", () => {
    for (const length of [...lengths, ...long]) {
      const output = new OutputBuffer();
      pinned().frame(output, Opcode.Binary, patternOf(length));
      assertEquals(frameSize(length), output.length);
    }
  });

  it("23 every frame has the next key", () => {
    const output = new OutputBuffer();
    let drawn = 0;
    const frames = new FrameEncoder(
      new MaskKeys((bytes) => {
        const view = new DataView(bytes.buffer);
        for (let at = 0; at < bytes.length; at += 4) view.setUint32(at, drawn++);
      }),
    );
    for (let round = 0; round < 700; round++) {
      frames.frame(output, Opcode.Binary, patternOf(round % 3));
      frames.text(output, Opcode.Text, round % 2 === 0 ? "ascii" : "é");
      frames.text(output, Opcode.Text, "é".repeat(100));
    }
    const sent = clientFrames(written(output)).map(({ key }) => new DataView(key.buffer).getUint32(0));
    assertEquals(sent, Array.from({ length: 2100 }, (_, index) => index));
  });
});

describe("encoder: text", () => {
  const units = ["a", "é", "€", "😀", "\0", "\u007f", "\u0080", "\u07ff", "\u0800", "\uffff", "\u{10ffff}"];

  it("ASCII at every length up to 300, and around the other classes", () => {
    for (let length = 0; length <= 300; length++) assertTextFrame("abcdefghij".repeat(30).slice(0, length));
    for (const length of [4081, 4082, 4083, 65534, 65535, 65536, 65537]) assertTextFrame("x".repeat(length));
  });

  it("every UTF-8 width, with lengths in bytes around each class", () => {
    for (const unit of units) {
      const width = encoder.encode(unit).length;
      for (const bytes of [32, 96, 125, 126, 127, 128, 192, 4082, 65536]) {
        for (const count of [-1, 0, 1].map((more) => Math.floor(bytes / width) + more)) {
          assertTextFrame(unit.repeat(count));
          assertTextFrame("a" + unit.repeat(count));
        }
      }
    }
  });

  it("one character of each width at every place of a short text", () => {
    for (const unit of ["é", "€", "😀", "\ud800"]) {
      for (const length of [1, 2, 5, 94, 95, 96, 97, 120, 125]) {
        for (let at = 0; at <= length; at++) {
          assertTextFrame("x".repeat(at) + unit + "x".repeat(length - at));
        }
      }
    }
  });

  it("38 a lone surrogate becomes U+FFFD", () => {
    const output = new OutputBuffer();
    for (const text of ["\ud800", "\udbff", "\udc00", "\udfff", "a\ud83d", "\ude00a", "\ude00\ud83d"]) {
      for (const filling of ["", "x".repeat(94), "x".repeat(200)]) {
        output.clear();
        pinned().text(output, Opcode.Text, filling + text + filling);
        const [{ payload }] = clientFrames(written(output));
        const expected = (filling + text + filling).replaceAll(/\p{Surrogate}/gu, "\ufffd");
        assertEquals(new TextDecoder("utf-8", { fatal: true }).decode(payload), expected);
        assertTextFrame(filling + text + filling);
      }
    }
  });

  it("37 a byte order mark is sent", () => {
    const output = new OutputBuffer();
    pinned().text(output, Opcode.Text, "\ufeffa");
    assertEquals(toHex(clientFrames(written(output))[0].payload), "ef bb bf 61");
  });

  it("stays whole wherever the memory ends: in its header, between its bytes, within a pair", () => {
    const texts = ["é".repeat(63), "é".repeat(100), "€".repeat(60), "x€😀".repeat(30), "😀".repeat(40)];
    for (const text of [...texts, "x".repeat(110) + "\ud83d", "x".repeat(100) + "\ud83d".repeat(20)]) {
      const size = encoder.encode(text).length;
      soilPool(8192);
      // From the place where all fits to the place where not even the units do.
      for (let before = 4096 - MAX_HEADER - size - 4; before <= 4096; before++) assertTextFrame(text, before);
    }
  });

  it("stays whole where it turns out to need a header for 64 bits at the end of the memory", () => {
    const text = "é".repeat(32_800);
    soilPool(262_144);
    for (let room = 65_600; room <= 65_616; room++) assertTextFrame(text, 131_072 - room);
  });

  it("any text, in any memory", () => {
    const texts = fc.oneof(
      fc.string({ unit: "binary", maxLength: 200 }),
      fc.array(fc.nat(0xffff), { maxLength: 200 }).map((codes) => String.fromCharCode(...codes)),
      fc.tuple(fc.constantFrom(...units), fc.nat(1400)).map(([unit, count]) => unit.repeat(count)),
    );
    fc.assert(fc.property(texts, fc.nat(4200), (text, before) => assertTextFrame(text, before)), {
      numRuns: 200,
    });
  });
});

describe("encoder: text without a frame", () => {
  it("takes a byte of room per unit, and more where that is too little", () => {
    for (const [text, room] of [["x".repeat(4096), 4096], ["é".repeat(3000), 8192]] as const) {
      const output = new OutputBuffer();
      encodeAlone(output, text);
      assertSameBytes(written(output), encoder.encode(text));
      assertEquals(output.bytes.length, room);
      output.clear();
    }
  });
});

describe("encoder: a message that cannot be compressed", () => {
  const idle: DeflateStream = { consumed: 0, produced: 0, write() {}, reset() {}, close() {} };
  const codec: DeflateCodec = { createInflater: () => idle, createDeflater: () => idle };
  const profile = { codec, windowBits: 15, level: 6, memLevel: 8 };
  const stubborn = () => new DeflateSender(() => idle, { keepsWindow: true, threshold: 0, profile });

  it("is not in the output, and keeps no memory where nothing else is", () => {
    const output = new OutputBuffer();
    assertThrows(() => pinned().deflated(output, Opcode.Binary, patternOf(300), stubborn()), WebSocketError);
    assertEquals([output.length, output.bytes.length], [0, 0]);
  });

  it("leaves what was there before", () => {
    const output = new OutputBuffer();
    pinned().text(output, Opcode.Text, "Hello");
    assertThrows(() => pinned().deflated(output, Opcode.Binary, patternOf(9000), stubborn()), WebSocketError);
    assertEquals(toHex(written(output)), "81 85 37 fa 21 3d 7f 9f 4d 51 58");
    output.clear();
  });
});
