import { assert, assertEquals } from "@std/assert";
import {
  binaryFrame,
  concat,
  continuationFrame,
  hex,
  pingFrame,
  pongFrame,
  textFrame,
  toHex,
} from "../support/frames.ts";
import type { RawPeer } from "../support/raw_server.ts";
import { type Actions, closes, type ConformanceCase } from "./case.ts";
import { bytesLine, textLine } from "./lines.ts";
import { closesWith, frameLine, hears, says, type Script } from "./scripts.ts";

const masked = 48;

/** Reads frames of the client and checks their keys. */
async function checksMasks(peer: RawPeer): Promise<void> {
  await peer.handshake();
  const keys: string[] = [];
  const steps = new Set<number>();
  let before: number | undefined;
  while (keys.length < masked) {
    const { mask } = await peer.readFrame();
    keys.push(toHex(mask));
    const number = new DataView(mask.buffer, mask.byteOffset).getUint32(0);
    if (before !== undefined) steps.add(number - before);
    before = number;
  }
  assertEquals(new Set(keys).size, keys.length, `a key was used twice: ${keys.join(", ")}`);
  assert(steps.size > masked / 2, `the keys are a sequence: ${keys.join(", ")}`);
  await closesWith(peer);
}

const sendsManyFrames: Actions = {
  activated: (client) => {
    for (let count = 0; count < masked; count += 4) {
      client.sendText("the same text");
      client.sendBinary(hex("00 00 00 00 00 00 00 00"));
      client.sendPing(hex("00"));
      client.sendPong();
    }
  },
};

/** Messages in fragments, and what they add up to. */
const fragmented: readonly (readonly [name: string, bytes: Uint8Array, ...lines: string[]])[] = [
  [
    "a text in three fragments",
    concat(
      textFrame("one ", { fin: false }),
      continuationFrame("two ", { fin: false }),
      continuationFrame("three"),
    ),
    "text one two three",
  ],
  [
    "an empty first fragment",
    concat(
      textFrame("", { fin: false }),
      continuationFrame("a"),
    ),
    "text a",
  ],
  [
    "an empty fragment in the middle",
    concat(
      binaryFrame("a", { fin: false }),
      continuationFrame("", { fin: false }),
      continuationFrame("b"),
    ),
    "binary 61 62",
  ],
  ["an empty last fragment", concat(textFrame("a", { fin: false }), continuationFrame("")), "text a"],
  [
    "nothing but empty fragments",
    concat(
      textFrame("", { fin: false }),
      continuationFrame("", { fin: false }),
      continuationFrame("", { fin: false }),
      continuationFrame(""),
    ),
    "text",
  ],
  ["an empty text and an empty binary", concat(textFrame(""), binaryFrame("")), "text", "binary"],
  [
    "a pong between fragments",
    concat(
      textFrame("a", { fin: false }),
      pongFrame("p"),
      continuationFrame("b"),
    ),
    "pong 70",
    "text ab",
  ],
  [
    "a fragmented message behind a fragmented one",
    concat(
      textFrame("a", { fin: false }),
      continuationFrame("b"),
      binaryFrame("c", { fin: false }),
      continuationFrame("d"),
      textFrame("e"),
    ),
    "text ab",
    "binary 63 64",
    "text e",
  ],
  [
    "two hundred fragments",
    concat(
      binaryFrame("", { fin: false }),
      ...Array.from({ length: 200 }, () => continuationFrame("abc", { fin: false })),
      continuationFrame(""),
    ),
    bytesLine("binary", new TextEncoder().encode("abc".repeat(200))),
  ],
  [
    "large fragments",
    concat(
      textFrame("a".repeat(40_000), { fin: false }),
      continuationFrame("b".repeat(70_000)),
    ),
    textLine("a".repeat(40_000) + "b".repeat(70_000)),
  ],
];

/** Waits in the middle of a message for what the client has to do at once. */
const pingBetweenFragments: Script = async (peer) => {
  await peer.handshake();
  await peer.send(concat(textFrame("a", { fin: false }), pingFrame("now")));
  await hears(peer, "pong 6e 6f 77");
  await peer.send(concat(continuationFrame("b", { fin: false }), pingFrame("")));
  await hears(peer, "pong");
  await peer.send(continuationFrame("c"));
  await closesWith(peer);
};

/** Of many unanswered pings the latest must be answered; the others may be, in order. */
const manyPings: Script = async (peer) => {
  await peer.handshake();
  const pings = Array.from({ length: 100 }, (_, index) => Uint8Array.of(index));
  await peer.send(concat(...pings.map((payload) => pingFrame(payload))));
  let last = -1;
  while (last < 99) {
    const frame = await peer.readFrame();
    assertEquals(frameLine(frame), `pong ${toHex(frame.payload)}`);
    assert(frame.payload[0]! > last, `pong ${frame.payload[0]} after ${last}`);
    last = frame.payload[0]!;
  }
  await closesWith(peer);
};

/** Masks, fragments and control frames: rows 23, 30, 32 and 33. */
export const messageCases: readonly ConformanceCase[] = [
  {
    number: "23",
    name: "a fresh mask for every frame",
    client: sendsManyFrames,
    server: checksMasks,
    expected: closes([], "1000 clean remote"),
  },
  {
    number: "23",
    name: "a fresh mask for every frame, over TLS too",
    tls: {},
    client: sendsManyFrames,
    server: checksMasks,
    expected: closes([], "1000 clean remote"),
  },
  ...fragmented.map(([name, bytes, ...lines]): ConformanceCase => ({
    number: "30",
    name,
    server: says(bytes),
    expected: closes(lines, "1000 clean remote"),
  })),
  {
    number: "30",
    name: "pings between fragments are told and answered at once",
    server: pingBetweenFragments,
    expected: closes(["ping 6e 6f 77", "ping", "text abc"], "1000 clean remote"),
  },
  ...["", "a", "\0\xff", "x".repeat(125)].map((payload): ConformanceCase => {
    const bytes = new TextEncoder().encode(payload).subarray(0, 125);
    return {
      number: "32",
      name: `a pong is identical to its ping of ${bytes.length} bytes`,
      server: says(pingFrame(bytes), `pong ${toHex(bytes)}`.trimEnd()),
      expected: closes([bytesLine("ping", bytes)], "1000 clean remote"),
    };
  }),
  {
    number: "32",
    name: "of a hundred pings the latest is answered, and answers are in order",
    server: manyPings,
    expected: closes(
      Array.from({ length: 100 }, (_, index) => bytesLine("ping", Uint8Array.of(index))),
      "1000 clean remote",
    ),
  },
  {
    number: "32",
    name: "a ping of the program arrives, and so does its pong",
    client: {
      activated: (client) => client.sendPing(hex("aa")),
      "pong aa": (client) => client.sendPong(hex("bb")),
    },
    server: async (peer) => {
      await peer.handshake();
      await hears(peer, "ping aa");
      await peer.send(pongFrame(hex("aa")));
      await hears(peer, "pong bb");
      await closesWith(peer);
    },
    expected: closes(["pong aa"], "1000 clean remote"),
  },
  {
    number: "33",
    name: "unsolicited pongs are reported and not answered",
    server: says(concat(pongFrame(""), pongFrame("hello"))),
    expected: closes(["pong", "pong 68 65 6c 6c 6f"], "1000 clean remote"),
  },
];
