import { assertEquals } from "@std/assert";
import {
  binaryFrame,
  closeFrame,
  concat,
  continuationFrame,
  hex,
  pingFrame,
  textFrame,
} from "../support/frames.ts";
import type { RawPeer } from "../support/raw_server.ts";
import { closes, type ConformanceCase, fails } from "./case.ts";
import { textLine } from "./lines.ts";
import { breaksRules, closesWith, hears, says } from "./scripts.ts";

const badUtf8 = "ProtocolViolation 1007";

/** Bytes that are no UTF-8, wherever they stand. */
const malformed: readonly (readonly [name: string, digits: string])[] = [
  ["a lone continuation byte", "80"],
  ["the last continuation byte alone", "bf"],
  ["a continuation byte too many", "c3 a9 a9"],
  ["0xc0, which never occurs", "c0 80"],
  ["0xc1, which never occurs", "c1 bf"],
  ["0xf5, which never occurs", "f5 80 80 80"],
  ["0xfe", "fe"],
  ["0xff", "ff"],
  ["an overlong NUL in three bytes", "e0 80 80"],
  ["an overlong slash in three bytes", "e0 80 af"],
  ["an overlong U+07FF in three bytes", "e0 9f bf"],
  ["an overlong NUL in four bytes", "f0 80 80 80"],
  ["an overlong U+FFFF in four bytes", "f0 8f bf bf"],
  ["a high surrogate", "ed a0 80"],
  ["the last high surrogate", "ed af bf"],
  ["a low surrogate", "ed b0 80"],
  ["a surrogate pair", "ed a0 bd ed b8 80"],
  ["U+110000, beyond Unicode", "f4 90 80 80"],
  ["five bytes", "f8 88 80 80 80"],
  ["six bytes", "fc 84 80 80 80 80"],
  ["two bytes, cut by a letter", "c3 61"],
  ["three bytes, cut by a letter", "e2 82 61"],
  ["four bytes, cut by a letter", "f0 9f 98 61"],
  ["three bytes, cut by another beginning", "e2 82 c3 a9"],
];

/** Right so far, but not to the end. */
const truncated: readonly (readonly [name: string, digits: string])[] = [
  ["one byte of two", "c3"],
  ["one byte of three", "e2"],
  ["two bytes of three", "e2 82"],
  ["one byte of four", "f0"],
  ["three bytes of four", "f0 9f 98"],
];

/** Right, and easily taken for wrong. */
const wellFormed: readonly (readonly [name: string, text: string])[] = [
  ["two, three and four bytes", "é€😀"],
  ["NUL and other controls", "\0\x01\x7f\r\n"],
  ["the first and last of each length", "\u0080\u07ff\u0800\uffff\u{10000}\u{10ffff}"],
  ["the code points next to the surrogates", "\ud7ff\ue000"],
  ["noncharacters", "\ufdd0\ufffe\uffff\u{1fffe}"],
  ["U+FFFD itself", "\ufffd"],
  ["U+2028, U+0085 and U+00A0", "\u2028\u0085\u00a0"],
];

function rejected(number: string, name: string, bytes: Uint8Array): ConformanceCase {
  return { number, name, server: breaksRules(bytes, 1007), expected: fails([], badUtf8) };
}

function accepted(number: string, name: string, bytes: Uint8Array, ...texts: string[]): ConformanceCase {
  return { number, name, server: says(bytes), expected: closes(texts.map(textLine), "1000 clean remote") };
}

/** The same text, one byte in each fragment. */
function inFragments(text: string): Uint8Array {
  const bytes = new TextEncoder().encode(text);
  const frames = Array.from(bytes, (byte, index) => {
    const build = index === 0 ? textFrame : continuationFrame;
    return build(Uint8Array.of(byte), { fin: index === bytes.length - 1 });
  });
  return concat(...frames);
}

/** Bytes that decide, with none behind them: the client must not wait for more. */
const failFast: readonly (readonly [name: string, bytes: Uint8Array])[] = [
  ["in a fragment, the rest of the message never comes", textFrame(hex("61 ff"), { fin: false })],
  [
    "in the second fragment",
    concat(
      textFrame("ok", { fin: false }),
      continuationFrame(hex("ff"), { fin: false }),
    ),
  ],
  ["inside a frame whose rest never comes", textFrame(hex("61 ff"), { declaredLength: 100 })],
  ["inside a large frame whose rest never comes", textFrame(hex("61 ff"), { declaredLength: 70_000 })],
  ["a surrogate at its second byte", textFrame(hex("ed a0"), { declaredLength: 100 })],
  ["an overlong form at its second byte", textFrame(hex("e0 80"), { declaredLength: 100 })],
  ["beyond Unicode at its second byte", textFrame(hex("f4 90"), { declaredLength: 100 })],
  ["a first byte that never occurs", textFrame(hex("c0"), { declaredLength: 100 })],
  [
    "a code point cut by the second fragment",
    concat(
      textFrame(hex("e2 82"), { fin: false }),
      continuationFrame(hex("61"), { declaredLength: 50 }),
    ),
  ],
];

/** Impossible headers, cut behind the byte that tells. */
const failFastHeaders: readonly (readonly [name: string, digits: string])[] = [
  ["a reserved bit in the first byte", "91"],
  ["a reserved opcode in the first byte", "83"],
  ["a fragmented ping in the first byte", "09"],
  ["a mask in the second byte", "81 80"],
  ["a ping with a 16-bit length in the second byte", "89 7e"],
  ["a Close with a 64-bit length in the second byte", "88 7f"],
  ["the top bit of a length in its first byte", "82 7f 80"],
  ["a length of less than 126 in 16 bits", "82 7e 00 7d"],
  ["a continuation with nothing to continue, at the end of its header", "80 05"],
  ["a text inside a text, at the end of its header", "01 01 61 81 7e 01 00"],
];

/** What the program sends, and what has to arrive. */
const surrogates: readonly (readonly [name: string, sent: string, arrives: string])[] = [
  ["a high surrogate alone", "\ud83d", "\ufffd"],
  ["a low surrogate alone", "\ude00", "\ufffd"],
  ["a high surrogate at the end", "ok \ud83d", "ok \ufffd"],
  ["a high surrogate before a letter", "\ud83dx", "\ufffdx"],
  ["a pair in the wrong order", "\ude00\ud83d", "\ufffd\ufffd"],
  ["two high surrogates and a low one", "\ud83d\ud83d\ude00", "\ufffd😀"],
  ["a pair", "😀", "😀"],
  ["a long text with one at its end", "é".repeat(40_000) + "\ud83d", "é".repeat(40_000) + "\ufffd"],
];

/** Text both ways: rows 35 to 38. */
export const textCases: readonly ConformanceCase[] = [
  ...malformed.flatMap(([name, digits]) => [
    rejected("35", name, textFrame(hex(digits))),
    rejected("35", `${name}, between text`, textFrame(concat("before ", hex(digits), " after"))),
  ]),
  ...truncated.flatMap(([name, digits]) => [
    rejected("35", `${name} at the end of a message`, textFrame(concat("end ", hex(digits)))),
    rejected(
      "35",
      `${name} at the end of a fragmented message`,
      concat(
        textFrame("end ", { fin: false }),
        continuationFrame(hex(digits)),
      ),
    ),
    rejected(
      "35",
      `${name}, then an empty last fragment`,
      concat(
        textFrame(hex(digits), { fin: false }),
        continuationFrame(""),
      ),
    ),
  ]),
  rejected(
    "35",
    "a code point begun in one message and ended in the next",
    concat(
      textFrame(hex("e2 82")),
      textFrame(hex("ac")),
    ),
  ),
  ...wellFormed.flatMap(([name, text]) => [
    accepted("35", name, textFrame(text), text),
    accepted("35", `${name}, one byte in each fragment`, inFragments(text), text),
  ]),
  accepted(
    "35",
    "a code point split around a ping's neighbour",
    concat(
      textFrame(hex("e2 82"), { fin: false }),
      continuationFrame("", { fin: false }),
      continuationFrame(hex("ac 61")),
    ),
    "€a",
  ),
  {
    number: "35",
    name: "a binary message and a ping need not be UTF-8",
    server: says(concat(binaryFrame(hex("c0 80 ff")), pingFrame(hex("ff"))), "pong ff"),
    expected: closes(["binary c0 80 ff", "ping ff"], "1000 clean remote"),
  },
  ...failFast.map(([name, bytes]) => rejected("36", `bad UTF-8 ${name}`, bytes)),
  ...failFastHeaders.map(([name, digits]): ConformanceCase => ({
    number: "36",
    name,
    server: breaksRules(hex(digits)),
    expected: fails([], "ProtocolViolation 1002"),
  })),
  accepted("37", "a byte order mark is kept", textFrame("\ufeffhello"), "\ufeffhello"),
  accepted("37", "a byte order mark alone is kept", textFrame("\ufeff"), "\ufeff"),
  accepted(
    "37",
    "a byte order mark is kept in a fragmented message",
    inFragments("\ufeffhi\ufeff"),
    "\ufeffhi\ufeff",
  ),
  {
    number: "37",
    name: "a byte order mark is kept in a reason",
    server: async (peer: RawPeer) => {
      await peer.handshake();
      await peer.send(closeFrame(1000, "\ufeffbye"));
      await hears(peer, "close 1000");
      await peer.end();
    },
    expected: closes([], `1000 "\ufeffbye" clean remote`),
  },
  ...surrogates.map(([name, sent, arrives]): ConformanceCase => ({
    number: "38",
    name: `sent: ${name}`,
    client: { activated: (client) => client.sendText(sent) },
    server: async (peer) => {
      await peer.handshake();
      assertEquals((await peer.readFrame()).text, arrives);
      await closesWith(peer);
    },
    expected: closes([], "1000 clean remote"),
  })),
  {
    number: "38",
    name: "sent: bytes that are not UTF-8 are refused, and nothing of them is sent",
    client: {
      activated: [
        (client) => client.sendText(hex("61 ff")),
        (client) => client.sendText(hex("e2 82")),
        (client) => client.sendText(hex("e2 82 ac")),
      ],
    },
    server: async (peer) => {
      await peer.handshake();
      await hears(peer, "text €");
      await closesWith(peer);
    },
    expected: closes(["threw InvalidConfiguration", "threw InvalidConfiguration"], "1000 clean remote"),
  },
];
