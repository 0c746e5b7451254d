import {
  closeFrame,
  concat,
  continuationFrame,
  hex,
  pingFrame,
  pongFrame,
  textFrame,
} from "../support/frames.ts";
import type { RawPeer } from "../support/raw_server.ts";
import { closes, type ConformanceCase } from "./case.ts";
import { hears } from "./scripts.ts";

/** How a server goes away without a word. */
type Loss = (peer: RawPeer) => unknown;

const losses: readonly (readonly [name: string, loss: Loss])[] = [
  ["FIN", (peer) => peer.end()],
  ["RST", (peer) => peer.reset()],
];

/** Where the stream may end: in bytes that bring no event by themselves. */
const positions: readonly (readonly [where: string, bytes: Uint8Array])[] = [
  ["before the first frame", hex("")],
  ["behind the first byte of a header", hex("81")],
  ["inside a 16-bit length", hex("81 7e 01")],
  ["inside a 64-bit length", hex("82 7f 00 00 00 00")],
  ["between a header and its payload", hex("81 05")],
  ["inside a text", hex("81 05 68 65")],
  ["inside a text, within a code point", hex("81 05 e2 82")],
  ["inside a large binary", concat(hex("82 7f 00 00 00 00 00 01 00 00"), new Uint8Array(1000))],
  ["inside a ping", hex("89 05 68")],
  ["inside a Close", hex("88 02 03")],
  ["between fragments", textFrame("half", { fin: false })],
  ["inside a continuation", concat(textFrame("half", { fin: false }), hex("80 05 61"))],
];

/** What has come whole is told, then the loss. */
const behind: readonly (readonly [what: string, bytes: Uint8Array, ...lines: string[]])[] = [
  ["a text", textFrame("hello"), "text hello"],
  [
    "two texts and half a third",
    concat(textFrame("one"), textFrame("two"), hex("81 05 68")),
    "text one",
    "text two",
  ],
  ["a fragmented text", concat(textFrame("a", { fin: false }), continuationFrame("b")), "text ab"],
  ["a pong", pongFrame("x"), "pong 78"],
];

const lost = "1006 unclean none";

/** The stream ends, and no Close came: row 48. */
export const lossCases: readonly ConformanceCase[] = [
  ...losses.flatMap(([name, loss]) =>
    [
      ...positions.map(([where, bytes]): ConformanceCase => ({
        number: "48",
        name: `${name} ${where}`,
        // RST makes the system forget what has not been read: an answer to our 101 says that it has been.
        client: { activated: (client) => client.sendText("open") },
        server: async (peer) => {
          await peer.handshake();
          await hears(peer, "text open");
          await peer.send(bytes);
          await loss(peer);
          await peer.closed();
        },
        expected: closes([], lost),
      })),
      {
        number: "48",
        name: `${name} behind a text that was answered`,
        client: { "text hello": (client) => client.sendText("answer") },
        server: async (peer) => {
          await peer.handshake();
          await peer.send(textFrame("hello"));
          await hears(peer, "text answer");
          await loss(peer);
          await peer.closed();
        },
        expected: closes(["text hello"], lost),
      },
      {
        number: "48",
        name: `${name} behind a ping that was answered`,
        server: async (peer) => {
          await peer.handshake();
          await peer.send(pingFrame("x"));
          await hears(peer, "pong 78");
          await loss(peer);
          await peer.closed();
        },
        expected: closes(["ping 78"], lost),
      },
      {
        number: "48",
        name: `${name} behind the program's Close`,
        client: { activated: (client) => client.close() },
        server: async (peer) => {
          await peer.handshake();
          await hears(peer, "close 1000");
          await loss(peer);
          await peer.closed();
        },
        expected: closes([], "1006 unclean local"),
      },
      {
        number: "48",
        name: `${name} behind the server's Close and its answer is no loss`,
        server: async (peer) => {
          await peer.handshake();
          await peer.send(closeFrame(1001, "bye"));
          await hears(peer, "close 1001");
          await loss(peer);
          await peer.closed();
        },
        expected: closes([], `1001 "bye" clean remote`),
      },
      {
        number: "48",
        name: `${name} over TLS`,
        tls: {},
        client: { "text hello": (client) => client.sendText("answer") },
        server: async (peer) => {
          await peer.handshake();
          await peer.send(textFrame("hello"));
          await hears(peer, "text answer");
          await loss(peer);
          await peer.closed();
        },
        expected: closes(["text hello"], lost),
      },
    ] satisfies ConformanceCase[]
  ),
  ...behind.map(([what, bytes, ...lines]): ConformanceCase => ({
    number: "48",
    name: `FIN behind ${what}`,
    server: async (peer) => {
      await peer.handshake();
      await peer.send(bytes);
      await peer.end();
      await peer.closed();
    },
    expected: closes(lines, lost),
  })),
  {
    number: "48",
    name: "FIN behind the program's Close and its answer is no loss",
    client: { activated: (client) => client.close(3000) },
    server: async (peer) => {
      await peer.handshake();
      await hears(peer, "close 3000");
      await peer.send(closeFrame(3000));
      await peer.end();
      await peer.closed();
    },
    expected: closes([], "3000 clean local"),
  },
  {
    number: "48",
    name: "FIN in the same segment as the 101",
    server: async (peer) => {
      await peer.handshake({ append: textFrame("first and last") });
      await peer.end();
      await peer.closed();
    },
    expected: closes(["text first and last"], lost),
  },
];
