import { describe, it } from "node:test";
import { assertEquals, assertLessOrEqual } from "@std/assert";
import { concat, continuationFrame, frame, hex, opcodes, pingFrame, textFrame } from "../support/frames.ts";
import { compressedFrame, countingCodec, deflated, deflateProtocol, told } from "./deflate_support.ts";
import { constants, deflateRawSync } from "node:zlib";

/** The same whole and byte by byte. */
function toldEitherWay(bytes: Uint8Array, options: Parameters<typeof deflateProtocol>[0] = {}): string[] {
  const whole = told(deflateProtocol(options), bytes);
  const protocol = deflateProtocol(options);
  const lines: string[] = [];
  for (const byte of bytes) lines.push(...told(protocol, Uint8Array.of(byte)));
  assertEquals(lines, whole);
  return whole;
}

describe("deflate_receiver", () => {
  it("55 reads the examples of RFC 7692 §7.2.3", () => {
    const hello = hex("f2 48 cd c9 c9 07 00");
    assertEquals(toldEitherWay(compressedFrame(hello)), ["text Hello"], "one block");
    assertEquals(
      toldEitherWay(concat(
        compressedFrame(hex("f2 48 cd"), { fin: false }),
        continuationFrame(hex("c9 c9 07 00")),
      )),
      ["text Hello"],
      "two fragments",
    );
    assertEquals(
      toldEitherWay(concat(compressedFrame(hello), compressedFrame(hex("f2 00 11 00 00")))),
      ["text Hello", "text Hello"],
      "a window shared with the message before",
    );
    assertEquals(
      toldEitherWay(compressedFrame(hex("00 05 00 fa ff 48 65 6c 6c 6f 00"))),
      ["text Hello"],
      "stored",
    );
    assertEquals(toldEitherWay(compressedFrame(hex("f3 48 cd c9 c9 07 00 00"))), ["text Hello"], "BFINAL");
    assertEquals(
      toldEitherWay(compressedFrame(hex("f2 48 05 00 00 00 ff ff ca c9 c9 07 00"))),
      ["text Hello"],
      "two blocks",
    );
  });

  it("55 a block with BFINAL ends neither the message nor the connection's compression", () => {
    const final = hex("f3 48 cd c9 c9 07 00");
    const message = compressedFrame(concat(final, final, hex("00")));
    const plain = textFrame("plain");
    assertEquals(
      toldEitherWay(concat(message, plain, message, compressedFrame(deflated("after")))),
      ["text HelloHello", "text plain", "text HelloHello", "text after"],
    );
    // Behind the last block the empty one should begin, whose end the sender took away. Others bear it.
    const bare = compressedFrame(final);
    assertEquals(toldEitherWay(concat(bare, bare)), ["text Hello", "text Hello"]);
    // That empty block may have BFINAL itself.
    const hello = compressedFrame(hex("f2 48 cd c9 c9 07 04"));
    const stored = compressedFrame(hex("00 05 00 fa ff 48 65 6c 6c 6f 01"));
    const empty = compressedFrame(hex("01"));
    assertEquals(
      toldEitherWay(concat(hello, stored, empty, hello, message)),
      ["text Hello", "text Hello", "text ", "text Hello", "text HelloHello"],
    );
    // RSV1 and nothing is still no message.
    assertEquals(toldEitherWay(concat(bare, compressedFrame(hex("")))), [
      "text Hello",
      "ProtocolViolation 1007",
    ]);
  });

  it("56 reads the empty message", () => {
    assertEquals(toldEitherWay(compressedFrame(hex("00"))), ["text "]);
    assertEquals(
      toldEitherWay(compressedFrame(hex("03 00 00"))),
      ["text "],
      "a fixed block with nothing in it",
    );
    assertEquals(
      toldEitherWay(concat(compressedFrame(hex(""), { fin: false }), continuationFrame(hex("00")))),
      ["text "],
    );
  });

  it("55 reads many blocks, stored ones for the most part", () => {
    const stored = hex("00 01 00 fe ff 61");
    const payload = concat(...Array.from({ length: 1000 }, () => stored), hex("00"));
    assertEquals(toldEitherWay(compressedFrame(payload)), [`text ${"a".repeat(1000)}`]);
  });

  it("54 57 reads messages that are not compressed in between, and controls inside of fragments", () => {
    const bytes = concat(
      textFrame("one"),
      compressedFrame(hex("f2 48 cd"), { fin: false }),
      pingFrame("p"),
      continuationFrame(hex("c9 c9 07 00")),
      frame({ opcode: opcodes.binary, payload: "two" }),
      compressedFrame(hex("f2 00 11 00 00")),
    );
    assertEquals(toldEitherWay(bytes), ["text one", "control 9", "text Hello", "binary 3", "text Hello"]);
  });

  it("54 refuses RSV1 on continuations and control frames, and the other reserved bits", () => {
    const begun = compressedFrame(hex("f2 48 cd"), { fin: false });
    const wrong = [
      concat(begun, continuationFrame(hex("c9 c9 07 00"), { rsv: 4 })),
      pingFrame("", { rsv: 4 }),
      textFrame("", { rsv: 2 }),
      textFrame("", { rsv: 5 }),
    ];
    for (const bytes of wrong) assertEquals(toldEitherWay(bytes), ["ProtocolViolation 1002"]);
  });

  it("53 keeps the window from message to message, or forgets it", () => {
    const again = concat(
      compressedFrame(hex("f2 48 cd c9 c9 07 00")),
      compressedFrame(hex("f2 00 11 00 00")),
    );
    assertEquals(toldEitherWay(again, { serverNoContextTakeover: true }), [
      "text Hello",
      "ProtocolViolation 1007",
    ]);
    const each = concat(...["a", "b", "a"].map((text) => compressedFrame(deflated(text))));
    assertEquals(toldEitherWay(each, { serverNoContextTakeover: true }), ["text a", "text b", "text a"]);
    assertEquals(toldEitherWay(each), ["text a", "text b", "text a"], "a server may forget when it likes");
  });

  it("35 36 validates what it inflates, at the first byte that cannot be right", () => {
    assertEquals(toldEitherWay(compressedFrame(deflated(hex("61 ff 61")))), ["ProtocolViolation 1007"]);
    assertEquals(
      toldEitherWay(compressedFrame(deflated(hex("e2 82")))),
      ["ProtocolViolation 1007"],
      "truncated",
    );
    const begun = compressedFrame(concat(deflated(hex("ff")), hex("00 00 ff ff")), { fin: false });
    assertEquals(
      told(deflateProtocol(), begun),
      ["ProtocolViolation 1007"],
      "before the message is complete",
    );
    // A code point that blocks and fragments cut.
    const euro = [hex("e2"), hex("82"), hex("ac")].map((byte) => concat(hex("00 01 00 fe ff"), byte));
    assertEquals(
      toldEitherWay(concat(
        compressedFrame(euro[0]!, { fin: false }),
        continuationFrame(euro[1]!, { fin: false }),
        continuationFrame(concat(euro[2]!, hex("00"))),
      )),
      ["text €"],
    );
  });

  it("39 what is not UTF-8 comes before the limit that is passed behind it, whole and byte by byte", () => {
    const limits = { maxMessageSize: 100 };
    for (const bad of [0, 99, 100]) {
      const bytes = compressedFrame(deflated(new Uint8Array(5000).fill(0x61).fill(0xff, bad, bad + 1)));
      const outcome = bad < 100 ? "ProtocolViolation 1007" : "LimitExceeded 1009";
      assertEquals(toldEitherWay(bytes, limits), [outcome]);
    }
  });

  it("59 stops at maxMessageSize with 1009, exactly", () => {
    const limit = { maxMessageSize: 5000 };
    const exact = compressedFrame(deflated("a".repeat(5000)));
    assertEquals(toldEitherWay(exact, limit), [`text ${"a".repeat(5000)}`]);
    assertEquals(toldEitherWay(compressedFrame(deflated("a".repeat(5001))), limit), ["LimitExceeded 1009"]);
    const fragments = concat(
      compressedFrame(concat(deflated("a".repeat(3000)), hex("00 00 ff ff")), { fin: false }),
      continuationFrame(deflated("a".repeat(2001))),
    );
    assertEquals(toldEitherWay(fragments, limit), ["LimitExceeded 1009"]);
  });

  it("59 a bomb is not inflated beyond the limit, and garbage behind it does no harm", () => {
    const counting = countingCodec();
    const maxMessageSize = 10_000;
    const bomb = compressedFrame(deflated(new Uint8Array(50_000_000)), { opcode: opcodes.binary });
    const protocol = deflateProtocol({ codec: counting.codec, maxMessageSize });
    assertEquals(told(protocol, concat(bomb, hex("ff ff ff ff"))), ["LimitExceeded 1009"]);
    assertLessOrEqual(counting.produced(), maxMessageSize + 1);
  });

  it("59 limits messages by their size when inflated, be they larger on the wire", () => {
    const stored = concat(...Array.from({ length: 100 }, () => hex("00 01 00 fe ff 61")), hex("00"));
    assertEquals(toldEitherWay(compressedFrame(stored), { maxMessageSize: 100 }), [
      `text ${"a".repeat(100)}`,
    ]);
    assertEquals(toldEitherWay(compressedFrame(stored), { maxMessageSize: 99 }), ["LimitExceeded 1009"]);
  });

  it("59 limits frames by their size on the wire", () => {
    const stored = deflateRawSync("a".repeat(300), { level: 0, finishFlush: constants.Z_SYNC_FLUSH });
    const bytes = compressedFrame(stored.subarray(0, -4));
    assertEquals(toldEitherWay(bytes, { maxFrameSize: 200 }), ["LimitExceeded 1009"]);
    assertEquals(toldEitherWay(compressedFrame(deflated("a".repeat(300))), { maxFrameSize: 200 }), [
      `text ${"a".repeat(300)}`,
    ]);
  });

  it("59 corrupt data: 1007", () => {
    const corrupt = {
      "a block type that does not exist": "06 00",
      "a stored block whose lengths do not fit": "00 05 00 fa fe 48 65 6c 6c 6f 00",
      "a distance beyond the window": "f2 00 11 00 00",
      "lengths that make no code": "04 fe ff 00",
    };
    for (const [what, bytes] of Object.entries(corrupt)) {
      assertEquals(toldEitherWay(compressedFrame(hex(bytes))), ["ProtocolViolation 1007"], what);
    }
  });

  it("59 truncated data: 1007, wherever it is cut", () => {
    const text = JSON.stringify(Array.from({ length: 40 }, (_, i) => ({ id: i * 7919, name: `n${i * i}` })));
    const stored = deflateRawSync(text, { level: 0, finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4);
    const fixed = deflated(text, { strategy: constants.Z_FIXED });
    for (const whole of [deflated(text), stored, fixed]) {
      const taken: number[] = [];
      // Without the last byte, or less, what is missing can be the end of the empty block alone.
      for (let length = 0; length < whole.length - 1; length++) {
        // The first byte of a stored block, alone, is the empty message.
        if (length === 1 && whole === stored) continue;
        const [line] = told(deflateProtocol(), compressedFrame(whole.subarray(0, length)));
        if (line !== "ProtocolViolation 1007") taken.push(length);
      }
      assertEquals(taken, []);
    }
  });

  it("59 truncated data: 1007, in a block with BFINAL too, and it says so", () => {
    for (const cut of ["f3 48 cd c9 c9 07", "f3 48 cd c9", "f2 48 cd", "01 05 00 fa ff 48 65", ""]) {
      const protocol = deflateProtocol();
      assertEquals(told(protocol, compressedFrame(hex(cut))), ["ProtocolViolation 1007"], cut);
      const message = "reading a frame: a compressed message that cannot be inflated: it is cut";
      assertEquals(protocol.error!.message, message, cut);
    }
  });

  it("28 the room that is made grows with a message, not with its fragments", () => {
    const { codec, rooms } = countingCodec();
    const protocol = deflateProtocol({ codec });
    const hello = hex("f2 48 cd c9 c9 07 00");
    told(protocol, compressedFrame(hello.subarray(0, 1), { fin: false }));
    for (const byte of hello.subarray(1)) {
      told(protocol, continuationFrame(Uint8Array.of(byte), { fin: false }));
    }
    assertEquals(rooms(), Array(7).fill(4096));
  });

  it("the room that is made at first is what the message before took", () => {
    const { codec, rooms } = countingCodec();
    const protocol = deflateProtocol({ codec, serverNoContextTakeover: true });
    const roomsFor = (size: number): readonly number[] => {
      const before = rooms().length;
      told(protocol, compressedFrame(deflated(new Uint8Array(size)), { opcode: opcodes.binary }));
      // The last one is for what shows that the message is complete.
      return rooms().slice(before, -1);
    };
    assertEquals(roomsFor(4096), [4096, 8192]);
    assertEquals(roomsFor(4096), [8192]);
    assertEquals(roomsFor(10), [8192]);
    assertEquals(roomsFor(10), [4096]);
    assertEquals(roomsFor(4095), [4096]);
    assertEquals(roomsFor(4095), [4096]);
    // But no more than a mebibyte.
    assertEquals(roomsFor(1_048_575).at(-1), 1_048_576);
    assertEquals(roomsFor(1_048_575), [1_048_576]);
  });

  it("a message larger than the ones before, of any size", () => {
    const protocol = deflateProtocol({ maxMessageSize: 20_000_000 });
    for (const size of [0, 1, 4095, 4096, 4097, 8192, 65_536, 1_000_000, 10, 8_000_000]) {
      const bytes = compressedFrame(deflated(new Uint8Array(size)), { opcode: opcodes.binary });
      assertEquals(told(protocol, bytes), [`binary ${size}`]);
    }
  });

  it("gives its memory back at the end", () => {
    const counting = countingCodec();
    const protocol = deflateProtocol({ codec: counting.codec });
    told(protocol, compressedFrame(hex("f2 48 cd c9 c9 07 00")));
    protocol.sendText("hello");
    assertEquals(counting.open(), 2);
    protocol.end();
    assertEquals(counting.open(), 0);
    protocol.end();
    assertEquals(counting.open(), 0);
  });
});
