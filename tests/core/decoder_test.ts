import { assert, assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "node:test";
import { HeaderDecoder, invalidUtf8 } from "../../src/core/decoder.ts";
import { WebSocketError } from "../../src/core/errors.ts";
import { frame, hex, toHex } from "../support/frames.ts";
import { chunksOf, embedded } from "./support_bytes.ts";

const ample = { maxFrameSize: Number.MAX_SAFE_INTEGER };

type Header = Pick<HeaderDecoder, "fin" | "rsv1" | "opcode" | "length">;

/** Decodes the header at the beginning of `chunks` and asserts that it takes `size` bytes of them. */
function decodeIn(decoder: HeaderDecoder, chunks: readonly Uint8Array[], size: number): Header {
  let taken = 0;
  for (const chunk of chunks) {
    const last = decoder.decode(chunk, 0, chunk.length);
    if (last === 0) {
      taken += chunk.length;
      assertEquals(decoder.midHeader, true);
      continue;
    }
    assertEquals(taken + last, size, "size of the header");
    assertEquals(decoder.midHeader, false);
    const { fin, rsv1, opcode, length } = decoder;
    return { fin, rsv1, opcode, length };
  }
  return assert(false, "the header is incomplete") as never;
}

/** A decoder that has read the first frame of a message, and not the last. */
function inMessage(): HeaderDecoder {
  const decoder = new HeaderDecoder(ample);
  decoder.decode(frame({ opcode: 2, fin: false }), 0, 2);
  return decoder;
}

/** The header of these bytes, the same in every two and three pieces and byte by byte. */
function headerOf(bytes: Uint8Array, size: number, decoder = () => new HeaderDecoder(ample)): Header {
  const whole = decodeIn(decoder(), [bytes], size);
  const check = (cuts: readonly number[]) =>
    assertEquals(decodeIn(decoder(), chunksOf(bytes, cuts), size), whole, `cut at ${cuts}`);
  for (let first = 1; first < bytes.length; first++) {
    check([first]);
    for (let second = first + 1; second < bytes.length; second++) check([first, second]);
  }
  check([...bytes.keys()]);
  return whole;
}

interface Refusal {
  /** The error, asserted to be the same in any pieces. */
  error: WebSocketError;
  /** The byte that did it. */
  at: number;
}

/** What is said about a header that must be refused, and at which byte. */
function refusalOf(bytes: Uint8Array, make = () => new HeaderDecoder(ample)): Refusal {
  const error = assertThrows(() => make().decode(bytes, 0, bytes.length), WebSocketError);
  for (const cuts of [...Array.from(bytes.keys(), (cut) => [cut]), [...bytes.keys()]]) {
    const decoder = make();
    const pieces = chunksOf(bytes, cuts);
    const same = assertThrows(
      () => pieces.map((piece) => decoder.decode(piece, 0, piece.length)),
      WebSocketError,
    );
    assertEquals([same.code, same.message, same.closeCode], [error.code, error.message, error.closeCode]);
  }
  const decoder = make();
  for (let at = 0; at < bytes.length; at++) {
    try {
      assertEquals(decoder.decode(bytes, at, at + 1), 0);
    } catch (thrown) {
      if (!(thrown instanceof WebSocketError)) throw thrown;
      return { error, at };
    }
  }
  return assert(false, "not refused byte by byte") as never;
}

function assertViolation(
  bytes: Uint8Array,
  message: string,
  at: number,
  decoder?: () => HeaderDecoder,
): void {
  const refusal = refusalOf(bytes, decoder);
  const { code, closeCode } = refusal.error;
  assertEquals(
    [code, closeCode, refusal.error.message, refusal.at],
    ["ProtocolViolation", 1002, `reading a frame: ${message}`, at],
    toHex(bytes),
  );
}

describe("decoder: valid headers", () => {
  it("reads every allowed first byte", () => {
    for (const opcode of [0, 1, 2]) {
      for (const fin of [true, false]) {
        const header = headerOf(frame({ opcode, fin }), 2, opcode === 0 ? inMessage : undefined);
        assertEquals(header, { fin, rsv1: false, opcode, length: 0 });
      }
    }
    for (const opcode of [8, 9, 10]) {
      assertEquals(headerOf(frame({ opcode }), 2), { fin: true, rsv1: false, opcode, length: 0 });
    }
  });

  it("reads every length of 7 bits", () => {
    for (let length = 0; length < 126; length++) {
      const bytes = Uint8Array.of(0x82, length);
      assertEquals(headerOf(bytes, 2), { fin: true, rsv1: false, opcode: 2, length });
    }
  });

  it("reads lengths of 16 and 64 bits, each byte in its place", () => {
    for (const length of [126, 127, 128, 255, 256, 0x1234, 0x8000, 0xff00, 65535]) {
      assertEquals(headerOf(frame({ opcode: 2, declaredLength: length }), 4).length, length);
    }
    const long = [
      65536,
      0x12345678,
      0x7fffffff,
      0x80000000,
      0xffffffff,
      2 ** 32,
      0x1020304050607,
      2 ** 53 - 1,
    ];
    for (const length of long) {
      assertEquals(headerOf(frame({ opcode: 2, declaredLength: length }), 10).length, length);
    }
  });

  it("takes only the header, and leaves what follows", () => {
    const decoder = new HeaderDecoder(ample);
    for (
      const [header, size] of [["82 05", 2], ["82 7e 01 00", 4], ["82 7f 00000000 00010000", 10]] as const
    ) {
      const bytes = hex(`${header} 82 7e ff ff ff ff ff ff ff ff ff ff`);
      assertEquals(decoder.decode(bytes, 0, bytes.length), size);
      const shifted = embedded(bytes, 3);
      assertEquals(decoder.decode(shifted, 0, shifted.length), size);
      assertEquals(decoder.decode(bytes, 0, 1), 0);
      assertEquals(decoder.decode(bytes, 1, bytes.length), size - 1);
    }
  });

  it("a range that is empty changes nothing", () => {
    const decoder = new HeaderDecoder(ample);
    assertEquals(decoder.decode(hex("ff"), 0, 0), 0);
    assertEquals(decoder.midHeader, false);
    assertEquals(decoder.decode(hex("81"), 0, 1), 0);
    assertEquals(decoder.decode(hex("ff"), 1, 1), 0);
    assertEquals(decoder.midHeader, true);
    assertEquals(decoder.decode(hex("03"), 0, 1), 1);
    assertEquals(decoder.length, 3);
  });
});

describe("decoder: refused headers", () => {
  it("24 a masked frame: 1002, at the second byte, whatever its length", () => {
    for (const opcode of [0, 1, 2, 8, 9, 10]) {
      for (const length of [0, 5, 125, 126, 127]) {
        const bytes = Uint8Array.of(0x80 | opcode, 0x80 | length, 1, 2, 3, 4, 5, 6, 7, 8);
        const decoder = opcode === 0 ? inMessage : undefined;
        assertViolation(bytes, "a masked frame from a server", 1, decoder);
      }
    }
  });

  it("25 reserved bits without an extension: 1002, at the first byte", () => {
    for (let rsv = 1; rsv < 8; rsv++) {
      const bits = rsv.toString(2).padStart(3, "0");
      for (let opcode = 0; opcode < 16; opcode++) {
        assertViolation(frame({ opcode, rsv }), `reserved bits 0b${bits} without an extension`, 0);
      }
    }
  });

  it("25 reserved opcodes: 1002, at the first byte", () => {
    for (const opcode of [3, 4, 5, 6, 7, 11, 12, 13, 14, 15]) {
      for (const fin of [true, false]) {
        assertViolation(frame({ opcode, fin }), `reserved opcode ${opcode}`, 0);
      }
    }
  });

  it("54 RSV1 where it was agreed on: the first frame of a data message, no other", () => {
    const decoder = () => new HeaderDecoder(ample, true);
    for (const opcode of [1, 2]) {
      for (const fin of [true, false]) {
        assertEquals(headerOf(frame({ opcode, fin, rsv: 4 }), 2, decoder), {
          fin,
          rsv1: true,
          opcode,
          length: 0,
        });
      }
      assertEquals(headerOf(frame({ opcode }), 2, decoder).rsv1, false);
      for (const rsv of [1, 2, 3, 5, 6, 7]) {
        const bits = rsv.toString(2).padStart(3, "0");
        assertThrows(
          () => new HeaderDecoder(ample, true).decode(frame({ opcode, rsv }), 0, 2),
          WebSocketError,
          `reserved bits 0b${bits} without an extension`,
        );
      }
    }
    for (const opcode of [0, 8, 9, 10]) {
      const error = assertThrows(
        () => new HeaderDecoder(ample, true).decode(frame({ opcode, rsv: 4 }), 0, 1),
        WebSocketError,
        `RSV1 on a frame that begins no message (opcode ${opcode})`,
      );
      assertEquals(error.closeCode, 1002);
    }
  });

  it("26 a length in more bytes than needed: 1002", () => {
    for (const length of [0, 1, 125]) {
      const bytes = frame({ opcode: 2, lengthBits: 16, declaredLength: length });
      assertViolation(bytes, `a length of ${length} bytes in 2 bytes`, 3);
    }
    for (const length of [0, 125, 126, 65535]) {
      const bytes = frame({ opcode: 1, lengthBits: 64, declaredLength: length });
      assertViolation(bytes, `a length of ${length} bytes in 8 bytes`, 9);
    }
  });

  it("27 a 64-bit length with its top bit set: 1002, at that byte", () => {
    for (const length of [1n << 63n, (1n << 64n) - 1n, (1n << 63n) + 126n]) {
      const bytes = frame({ opcode: 2, lengthBits: 64, declaredLength: length });
      assertViolation(bytes, "a 64-bit length with its most significant bit set", 2);
    }
  });

  it("27 28 a length at or over 2^53 is refused by any limit: 1009", () => {
    for (const length of [1n << 53n, (1n << 53n) + 1n, (1n << 62n) + 5n, (1n << 63n) - 1n]) {
      const bytes = frame({ opcode: 2, lengthBits: 64, declaredLength: length });
      const { error } = refusalOf(bytes);
      assertEquals([error.code, error.closeCode], ["LimitExceeded", 1009], `${length}`);
    }
  });

  it("28 a frame of maxFrameSize is taken, of one byte more is not: 1009", () => {
    for (const maxFrameSize of [1, 124, 125, 126, 127, 65534, 65535, 65536, 2 ** 31, 2 ** 32, 2 ** 40]) {
      const decoder = () => new HeaderDecoder({ maxFrameSize });
      const sizeOf = (length: number) => length < 126 ? 2 : length < 65536 ? 4 : 10;
      const header = headerOf(
        frame({ opcode: 2, declaredLength: maxFrameSize }),
        sizeOf(maxFrameSize),
        decoder,
      );
      assertEquals(header.length, maxFrameSize);
      const { error } = refusalOf(frame({ opcode: 2, declaredLength: maxFrameSize + 1 }), decoder);
      assertEquals(
        [error.code, error.closeCode, error.message],
        [
          "LimitExceeded",
          1009,
          `reading a frame: ${maxFrameSize + 1} bytes, where maxFrameSize is ${maxFrameSize}`,
        ],
      );
    }
  });

  it("29 a continuation with nothing to continue: 1002, at the first byte", () => {
    for (const lengthBits of [7, 16, 64] as const) {
      const bytes = frame({ opcode: 0, lengthBits, declaredLength: 1n << 62n });
      assertViolation(bytes, "a continuation frame with nothing to continue", 0);
    }
  });

  it("29 a new message inside a fragmented one: 1002, at the first byte", () => {
    for (const opcode of [1, 2]) {
      for (const lengthBits of [7, 16, 64] as const) {
        const bytes = frame({ opcode, lengthBits, declaredLength: 1n << 62n });
        assertViolation(bytes, `a new message (opcode ${opcode}) inside a fragmented one`, 0, inMessage);
      }
    }
  });

  it("41 a Close frame of one byte: 1002, at the second byte", () => {
    assertViolation(frame({ opcode: 8, payload: hex("03") }), "a Close frame of one byte", 1);
  });

  it("31 control frames that are fragmented: 1002, at the first byte", () => {
    for (const opcode of [8, 9, 10]) {
      const bytes = frame({ opcode, fin: false });
      assertViolation(bytes, `a fragmented control frame (opcode ${opcode})`, 0);
    }
  });

  it("31 control frames of more than 125 bytes: 1002, at the second byte", () => {
    for (const opcode of [8, 9, 10]) {
      for (const lengthBits of [16, 64] as const) {
        const bytes = frame({ opcode, lengthBits, declaredLength: 126 });
        assertViolation(bytes, `a control frame of more than 125 bytes (opcode ${opcode})`, 1);
      }
      assertEquals(headerOf(frame({ opcode, declaredLength: 125 }), 2).length, 125);
    }
  });
});

describe("a part of a chunk", () => {
  it("what lies behind its end is not looked at", () => {
    const decoder = new HeaderDecoder(ample);
    assertEquals(decoder.decode(hex("82 7f 80 00"), 0, 2), 0);
    assertEquals(decoder.decode(hex("00 00 00 00 00 01 00 00 ff"), 0, 8), 8);
    assertEquals(decoder.length, 65_536);
  });

  it("control frames are short by themselves, whatever maxFrameSize is", () => {
    for (const opcode of [8, 9, 10]) {
      const decoder = new HeaderDecoder({ maxFrameSize: 10 });
      assertEquals(decoder.decode(frame({ opcode, payload: new Uint8Array(125) }), 0, 127), 2);
      assertEquals([decoder.opcode, decoder.length], [opcode, 125]);
    }
  });
});

describe("errors that others make of what they read", () => {
  it("35 a text that is not UTF-8: 1007", () => {
    const { code, message, closeCode } = invalidUtf8();
    assertEquals([code, message, closeCode], [
      "ProtocolViolation",
      "reading a frame: a text message that is not UTF-8",
      1007,
    ]);
  });
});
