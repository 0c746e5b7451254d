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
} from "../support/frames.ts";
import { closes, type ConformanceCase } from "./case.ts";
import { echoed, failsAfterEcho, letters } from "./echo_scripts.ts";
import { bytesLine, textLine } from "./lines.ts";
import { closesWith, hears, says } from "./scripts.ts";

/** Where the form of a length changes, and next to it. */
const sizes = [0, 1, 125, 126, 127, 128, 65_535, 65_536];

const sizeCases = sizes.flatMap((size) => {
  const payload = letters(size);
  return [
    echoed("G1", `a text of ${size} bytes there and back`, textFrame(payload), textLine(payload)),
    echoed(
      "G1",
      `a binary of ${size} bytes there and back`,
      binaryFrame(payload),
      bytesLine("binary", concat(payload)),
    ),
  ];
});

/** Payloads of pings and pongs. */
const payloads: readonly (readonly [what: string, payload: Uint8Array])[] = [
  ["no payload", concat("")],
  ["a text", concat("hello")],
  ["bytes that are no UTF-8", hex("00 ff fe fd fc fb 00 ff")],
  ["125 bytes", concat(letters(125))],
];

const ten = Array.from({ length: 10 }, (_, index) => concat(`payload ${index}`));

const controlCases: readonly ConformanceCase[] = [
  ...payloads.flatMap(([what, payload]): ConformanceCase[] => [
    {
      number: "G2",
      name: `a ping with ${what}`,
      server: says(pingFrame(payload), bytesLine("pong", payload)),
      expected: closes([bytesLine("ping", payload)], "1000 clean remote"),
    },
    {
      number: "G2",
      name: `a pong that nobody asked for, with ${what}, then a ping`,
      server: says(concat(pongFrame(payload), pingFrame(hex("aa"))), "pong aa"),
      expected: closes([bytesLine("pong", payload), "ping aa"], "1000 clean remote"),
    },
  ]),
  {
    number: "G2",
    name: "ten pings, each after the answer to the one before",
    server: async (peer) => {
      await peer.handshake();
      for (const payload of ten) {
        await peer.send(pingFrame(payload));
        await hears(peer, bytesLine("pong", payload));
      }
      await closesWith(peer);
    },
    expected: closes(ten.map((payload) => bytesLine("ping", payload)), "1000 clean remote"),
  },
  {
    number: "G2",
    name: "pings before, between and behind messages",
    echoes: true,
    server: async (peer) => {
      await peer.handshake();
      for (
        const [bytes, line] of [
          [pingFrame(hex("01")), "pong 01"],
          [textFrame("a"), "text a"],
          [pingFrame(hex("02")), "pong 02"],
          [binaryFrame("b"), "binary 62"],
          [pingFrame(hex("03")), "pong 03"],
        ] as const
      ) {
        await peer.send(bytes);
        await hears(peer, line);
      }
      await closesWith(peer);
    },
    expected: closes(["ping 01", "text a", "ping 02", "binary 62", "ping 03"], "1000 clean remote"),
  },
];

const reservedBits: readonly (readonly [rsv: number, what: string, bytes: Uint8Array])[] = [
  [1, "an empty text", textFrame("", { rsv: 1 })],
  [2, "a text", textFrame("text", { rsv: 2 })],
  [3, "a text in fragments", textFrame("te", { rsv: 3, fin: false })],
  [4, "a binary", binaryFrame("binary", { rsv: 4 })],
  [5, "a ping", pingFrame("ping", { rsv: 5 })],
  [6, "a pong", pongFrame("pong", { rsv: 6 })],
  [7, "a Close", closeFrame(1000, "", { rsv: 7 })],
];

const reservedCases: readonly ConformanceCase[] = [
  ...reservedBits.map(([rsv, what, bytes]) =>
    failsAfterEcho("G3", `RSV ${rsv.toString(2).padStart(3, "0")} on ${what} behind a valid text`, bytes)
  ),
  ...[3, 4, 5, 6, 7, 11, 12, 13, 14, 15].flatMap((opcode) => [
    failsAfterEcho("G4", `opcode ${opcode} without payload behind a valid text`, frame({ opcode })),
    failsAfterEcho("G4", `opcode ${opcode} behind a valid text`, frame({ opcode, payload: "reserved" })),
  ]),
];

const whole = concat("fragment 1, fragment 2, fragment 3");
const [first, second, third] = [whole.slice(0, 12), whole.slice(12, 24), whole.slice(24)];

const fragmentCases: readonly ConformanceCase[] = [
  echoed(
    "G5",
    "a text in two fragments there and back",
    concat(textFrame("ab", { fin: false }), continuationFrame("cd")),
    "text abcd",
  ),
  echoed(
    "G5",
    "a binary in three fragments there and back",
    concat(
      binaryFrame(first, { fin: false }),
      continuationFrame(second, { fin: false }),
      continuationFrame(third),
    ),
    bytesLine("binary", whole),
  ),
  echoed(
    "G5",
    "a text in fragments of one byte there and back",
    concat(
      ...Array.from(
        whole,
        (byte, at) =>
          (at === 0 ? textFrame : continuationFrame)(Uint8Array.of(byte), { fin: at === whole.length - 1 }),
      ),
    ),
    "text fragment 1, fragment 2, fragment 3",
  ),
  echoed(
    "G5",
    "two messages in fragments, one behind the other",
    concat(
      textFrame(first, { fin: false }),
      continuationFrame(second),
      binaryFrame(second, { fin: false }),
      continuationFrame(third),
    ),
    "text fragment 1, fragment 2, ",
    bytesLine("binary", whole.slice(12)),
  ),
  {
    number: "G5",
    name: "pings between all fragments are answered before the message is whole",
    echoes: true,
    server: async (peer) => {
      await peer.handshake();
      await peer.send(concat(textFrame(first, { fin: false }), pingFrame(hex("01"))));
      await hears(peer, "pong 01");
      await peer.send(concat(continuationFrame(second, { fin: false }), pingFrame(hex("02"))));
      await hears(peer, "pong 02");
      await peer.send(continuationFrame(third));
      await hears(peer, "text fragment 1, fragment 2, fragment 3");
      await closesWith(peer);
    },
    expected: closes(["ping 01", "ping 02", "text fragment 1, fragment 2, fragment 3"], "1000 clean remote"),
  },
  failsAfterEcho("G5", "a continuation behind a whole message", continuationFrame("stray")),
  failsAfterEcho(
    "G5",
    "an unfinished continuation behind a whole message",
    concat(continuationFrame("stray", { fin: false }), textFrame("behind")),
  ),
  failsAfterEcho(
    "G5",
    "a new text before the last fragment",
    concat(textFrame("a", { fin: false }), continuationFrame("b", { fin: false }), textFrame("c")),
  ),
  failsAfterEcho(
    "G5",
    "a new fragmented binary before the last fragment",
    concat(textFrame("a", { fin: false }), binaryFrame("b", { fin: false })),
  ),
  failsAfterEcho("G5", "a ping in fragments", concat(pingFrame("a", { fin: false }), continuationFrame("b"))),
  failsAfterEcho("G5", "a pong in fragments", concat(pongFrame("a", { fin: false }), continuationFrame("b"))),
];

/** By subject: sizes, control frames, what is reserved, fragments. */
export const groupFramingCases: readonly ConformanceCase[] = [
  ...sizeCases,
  ...controlCases,
  ...reservedCases,
  ...fragmentCases,
];
