import {
  binaryFrame,
  closeFrame,
  concat,
  continuationFrame,
  frame,
  hex,
  opcodes,
  pingFrame,
  pongFrame,
  textFrame,
} from "../support/frames.ts";
import { closes, type ConformanceCase, fails } from "./case.ts";
import { bytesLine, textLine } from "./lines.ts";
import { breaksRules, says } from "./scripts.ts";

const mask = hex("0a0b0c0d");

/** What ends the connection with 1002, whatever follows. */
const violations: readonly (readonly [number: string, name: string, bytes: Uint8Array])[] = [
  ["24", "a masked text", textFrame("masked", { mask })],
  ["24", "a masked text without payload", textFrame("", { mask })],
  ["24", "a masked binary", binaryFrame("masked", { mask })],
  ["24", "a text masked with zeros", textFrame("masked", { mask: new Uint8Array(4) })],
  ["24", "a masked ping", pingFrame("masked", { mask })],
  ["24", "a masked Close", closeFrame(1000, "", { mask })],
  ["24", "a masked continuation", concat(textFrame("a", { fin: false }), continuationFrame("b", { mask }))],
  ...[1, 2, 3, 4, 5, 6, 7].map((rsv) =>
    ["25", `RSV ${rsv.toString(2).padStart(3, "0")} on a text`, textFrame("rsv", { rsv })] as const
  ),
  ["25", "RSV1 on a binary", binaryFrame("rsv", { rsv: 4 })],
  ["25", "RSV1 on a ping", pingFrame("rsv", { rsv: 4 })],
  ["25", "RSV2 on a Close", closeFrame(1000, "", { rsv: 2 })],
  [
    "25",
    "RSV3 on a continuation",
    concat(textFrame("a", { fin: false }), continuationFrame("b", { rsv: 1 })),
  ],
  ...[3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map((opcode) =>
    ["25", `reserved opcode ${opcode}`, frame({ opcode, payload: "x" })] as const
  ),
  ["25", "reserved opcode 3 without payload", frame({ opcode: 3 })],
  ["25", "reserved opcode 5, a fragment", frame({ opcode: 5, fin: false })],
  ["26", "a length of 0 in 16 bits", textFrame("", { lengthBits: 16 })],
  ["26", "a length of 5 in 16 bits", textFrame("hello", { lengthBits: 16 })],
  ["26", "a length of 125 in 16 bits", binaryFrame("x".repeat(125), { lengthBits: 16 })],
  ["26", "a length of 0 in 64 bits", binaryFrame("", { lengthBits: 64 })],
  ["26", "a length of 125 in 64 bits", binaryFrame("x".repeat(125), { lengthBits: 64 })],
  ["26", "a length of 126 in 64 bits", binaryFrame("x".repeat(126), { lengthBits: 64 })],
  ["26", "a length of 65535 in 64 bits", binaryFrame("x".repeat(65535), { lengthBits: 64 })],
  [
    "26",
    "a continuation's length of 1 in 16 bits",
    concat(
      textFrame("a", { fin: false }),
      continuationFrame("b", { lengthBits: 16 }),
    ),
  ],
  ["27", "a 64-bit length with only the top bit", binaryFrame("", { declaredLength: 2n ** 63n })],
  ["27", "a 64-bit length of all ones", binaryFrame("", { declaredLength: 2n ** 64n - 1n })],
  ["27", "a 64-bit length of 5 with the top bit", binaryFrame("hello", { declaredLength: 2n ** 63n + 5n })],
  ["29", "a continuation with nothing to continue", continuationFrame("x")],
  ["29", "a continuation with nothing to continue, not the last", continuationFrame("x", { fin: false })],
  ["29", "an empty continuation with nothing to continue", continuationFrame("")],
  ["29", "a text inside a fragmented text", concat(textFrame("a", { fin: false }), textFrame("b"))],
  ["29", "a text inside a fragmented binary", concat(binaryFrame("a", { fin: false }), textFrame("b"))],
  ["29", "a binary inside a fragmented text", concat(textFrame("a", { fin: false }), binaryFrame("b"))],
  [
    "29",
    "a text inside a fragmented text, after a continuation",
    concat(
      textFrame("a", { fin: false }),
      continuationFrame("b", { fin: false }),
      textFrame("c", { fin: false }),
    ),
  ],
  ["31", "a ping of 126 bytes", pingFrame("x".repeat(126))],
  ["31", "a pong of 126 bytes", pongFrame("x".repeat(126))],
  ["31", "a ping of 65536 bytes", pingFrame("", { declaredLength: 65536 })],
  ["31", "a ping of 5 bytes, the length in 16 bits", pingFrame("hello", { lengthBits: 16 })],
  ["31", "a pong of 5 bytes, the length in 64 bits", pongFrame("hello", { lengthBits: 64 })],
  ["31", "a fragmented ping", pingFrame("a", { fin: false })],
  [
    "31",
    "a fragmented ping with its continuation",
    concat(
      pingFrame("a", { fin: false }),
      continuationFrame("b"),
    ),
  ],
  ["31", "a fragmented pong", pongFrame("a", { fin: false })],
  ["31", "a fragmented Close", closeFrame(1000, "", { fin: false })],
];

/** Limits of 100 bytes, told by nothing but the header. */
const limits: readonly ConformanceCase[] = [
  tooBig("a frame over maxFrameSize", { maxFrameSize: 100 }, binaryFrame("", { declaredLength: 101 })),
  tooBig("a text frame over maxFrameSize", { maxFrameSize: 100 }, textFrame("", { declaredLength: 70_000 })),
  tooBig("a frame over maxMessageSize", { maxMessageSize: 100 }, textFrame("", { declaredLength: 101 })),
  tooBig(
    "fragments over maxMessageSize together",
    { maxMessageSize: 100 },
    concat(textFrame("x".repeat(60), { fin: false }), continuationFrame("", { declaredLength: 41 })),
  ),
  tooBig(
    "a third fragment over maxMessageSize, with a ping between",
    { maxMessageSize: 100 },
    concat(
      binaryFrame("x".repeat(50), { fin: false }),
      continuationFrame("x".repeat(50), { fin: false }),
      pongFrame("y"),
      continuationFrame("", { declaredLength: 1 }),
    ),
    "pong 79",
  ),
  tooBig("a length of 2^53 - 1", {}, binaryFrame("", { declaredLength: 2n ** 53n - 1n }), undefined, "27"),
  tooBig("a length of 2^53", {}, binaryFrame("", { declaredLength: 2n ** 53n }), undefined, "27"),
  tooBig("a length of 2^53 + 1", {}, binaryFrame("", { declaredLength: 2n ** 53n + 1n }), undefined, "27"),
  tooBig("a length of 2^63 - 1", {}, binaryFrame("", { declaredLength: 2n ** 63n - 1n }), undefined, "27"),
  tooBig(
    "a length of 2^63 - 1 where the limits are as high as can be",
    { maxFrameSize: 2 ** 30, maxMessageSize: 2 ** 30 },
    binaryFrame("", { declaredLength: 2n ** 63n - 1n }),
    undefined,
    "27",
  ),
];

function tooBig(
  name: string,
  options: ConformanceCase["options"],
  bytes: Uint8Array,
  told?: string,
  number = "28",
): ConformanceCase {
  const expected = fails(told === undefined ? [] : [told], "LimitExceeded 1009");
  return { number, name, options, server: breaksRules(bytes, 1009), expected };
}

/** Right up to the limit. */
const relatives: readonly ConformanceCase[] = [
  ...[0, 1, 125, 126, 65535, 65536, 70000].map((length): ConformanceCase => ({
    number: "26",
    name: `a length of ${length} in as few bits as it takes`,
    server: says(concat(textFrame("x".repeat(length)), binaryFrame("x".repeat(length)))),
    expected: closes(
      [
        textLine("x".repeat(length)),
        bytesLine("binary", new Uint8Array(length).fill(0x78)),
      ],
      "1000 clean remote",
    ),
  })),
  {
    number: "28",
    name: "frames and a message of just the size allowed, control frames not counted",
    options: { maxFrameSize: 60, maxMessageSize: 100 },
    server: says(concat(
      textFrame("a".repeat(60), { fin: false }),
      pongFrame("x".repeat(60)),
      continuationFrame("b".repeat(40)),
      textFrame("c".repeat(60)),
    )),
    expected: closes([
      bytesLine("pong", new Uint8Array(60).fill(0x78)),
      textLine("a".repeat(60) + "b".repeat(40)),
      textLine("c".repeat(60)),
    ], "1000 clean remote"),
  },
  {
    number: "31",
    name: "control frames of 125 bytes",
    server: says(
      concat(pongFrame("x".repeat(125)), pingFrame("y".repeat(125))),
      `pong ${"79 ".repeat(125)}`.trimEnd(),
    ),
    expected: closes([
      bytesLine("pong", new Uint8Array(125).fill(0x78)),
      bytesLine("ping", new Uint8Array(125).fill(0x79)),
    ], "1000 clean remote"),
  },
  {
    number: "31",
    name: "a ping after the first byte of a violation is not told",
    server: breaksRules(concat(frame({ opcode: opcodes.text, rsv: 1, payload: "x" }), pingFrame("a"))),
    expected: fails([], "ProtocolViolation 1002"),
  },
];

/** What the header of a frame may say. */
export const frameHeaderCases: readonly ConformanceCase[] = [
  ...violations.map(([number, name, bytes]): ConformanceCase => ({
    number,
    name,
    server: breaksRules(bytes),
    expected: fails([], "ProtocolViolation 1002"),
  })),
  ...limits,
  ...relatives,
];
