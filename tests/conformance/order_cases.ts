import { assertEquals } from "@std/assert";
import {
  binaryFrame,
  closeFrame,
  concat,
  continuationFrame,
  hex,
  pingFrame,
  pongFrame,
  textFrame,
} from "../support/frames.ts";
import { type Actions, closes, type ConformanceCase, fails } from "./case.ts";
import { bytesLine, textLine } from "./lines.ts";
import { breaksRules, closesWith, hears, hearsTheEnd, says } from "./scripts.ts";

/** Everything at once, for the deliveries to cut. */
const mixed = concat(
  textFrame("é€😀"),
  pingFrame("1"),
  binaryFrame("x".repeat(300)),
  textFrame("a", { fin: false }),
  pongFrame("2"),
  continuationFrame("", { fin: false }),
  continuationFrame(hex("e2"), { fin: false }),
  pingFrame("3"),
  continuationFrame(hex("82 ac")),
  textFrame(""),
  binaryFrame("y".repeat(66_000)),
  textFrame("end"),
);
const mixedLines = [
  "text é€😀",
  "ping 31",
  bytesLine("binary", new Uint8Array(300).fill(0x78)),
  "pong 32",
  "ping 33",
  "text a€",
  "text",
  bytesLine("binary", new Uint8Array(66_000).fill(0x79)),
  "text end",
];

/** A program that sends back what it is told. */
const echoes: Actions = {
  "text one": (client) => client.sendText("one"),
  "text two": (client) => client.sendText("two"),
  "binary 03": (client) => client.sendBinary(hex("03")),
  "ping 04": (client) => client.sendText("pinged"),
};

/** A valid part before a violation, all in one block, and the answers that must leave before the Close. */
function answersFirst(
  name: string,
  bytes: Uint8Array,
  { told, heard, code = 1002 }: { told: string[]; heard: string[]; code?: number },
): ConformanceCase {
  return {
    number: "39a",
    name,
    client: echoes,
    except: asynchronous,
    server: breaksRules(bytes, code, ...heard),
    expected: fails(told, `ProtocolViolation ${code}`),
  };
}

/** For what the program does between two frames that have arrived together. */
const asynchronous = { remote: "the socket's thread reads on while the program looks at a message" };

/** What comes and goes, in which order, and what no longer does: rows 34, 39 and 39a. */
export const orderCases: readonly ConformanceCase[] = [
  {
    number: "34",
    name: "nothing is delivered after the server's Close",
    server: async (peer) => {
      await peer.handshake();
      await peer.send(concat(textFrame("before"), closeFrame(1000), textFrame("after"), pingFrame("after")));
      await hears(peer, "close 1000");
      await peer.end();
      await hearsTheEnd(peer);
    },
    expected: closes(["text before"], "1000 clean remote"),
  },
  {
    number: "34",
    name: "not even a violation is seen after the server's Close",
    server: async (peer) => {
      await peer.handshake();
      await peer.send(concat(closeFrame(1000), hex("ff ff ff ff")));
      await hears(peer, "close 1000");
      await peer.end();
      await hearsTheEnd(peer);
    },
    expected: closes([], "1000 clean remote"),
  },
  {
    number: "34",
    name: "nothing is sent after the program's Close, though messages still arrive",
    client: {
      activated: [
        (client) => client.close(3001, "done"),
        (client) => client.sendText("late"),
        (client) => client.sendBinary(hex("00")),
        (client) => client.sendPing(),
        (client) => client.sendPong(),
        (client) => client.close(),
      ],
      "text still": (client) => client.sendText("late"),
    },
    server: async (peer) => {
      await peer.handshake();
      await hears(peer, `close 3001 "done"`);
      await peer.send(concat(textFrame("still"), pingFrame("p"), closeFrame(3001)));
      await peer.end();
      await hearsTheEnd(peer);
    },
    expected: closes(
      [...Array(4).fill("threw ConnectionClosed"), "text still", "threw ConnectionClosed", "ping 70"],
      "3001 clean local",
    ),
  },
  {
    number: "34",
    name: "nothing is sent after the end",
    client: {
      "closed 1000 clean remote": (client) => client.sendText("late"),
      quit: [(client) => client.sendBinary(hex("00")), (client) => client.close()],
    },
    server: says(""),
    expected: {
      events: [
        "activated",
        "closed 1000 clean remote",
        "threw ConnectionClosed",
        "quit",
        "threw ConnectionClosed",
      ],
      outcome: "resolves 1000 clean remote",
    },
  },
  {
    number: "34",
    name: "forceQuit sends no Close and delivers nothing more",
    client: { "text one": (client) => client.forceQuit() },
    except: asynchronous,
    server: async (peer) => {
      await peer.handshake();
      // The client may be gone before the last piece.
      await peer.send(concat(textFrame("one"), textFrame("two"), closeFrame(1000))).catch(() => {});
      await peer.closed();
      assertEquals(peer.buffered, 0);
    },
    expected: { events: ["activated", "text one", "quit"], outcome: "resolves 1006 unclean local" },
  },
  {
    number: "39",
    name: "every kind of frame in one stream",
    server: says(mixed, "pong 31", "pong 33"),
    expected: closes(mixedLines, "1000 clean remote"),
  },
  {
    number: "39",
    name: "every kind of frame in one stream, over TLS",
    tls: {},
    server: says(mixed, "pong 31", "pong 33"),
    expected: closes(mixedLines, "1000 clean remote"),
  },
  {
    number: "39",
    name: "what the program sends arrives whole and in order",
    client: {
      activated: [
        (client) => client.sendText("é€😀"),
        (client) => client.sendText(""),
        (client) => client.sendBinary(new Uint8Array(0)),
        (client) => client.sendBinary(new Uint8Array(125).fill(1)),
        (client) => client.sendBinary(new Uint8Array(126).fill(2)),
        (client) => client.sendText("x".repeat(65_535)),
        (client) => client.sendText("y".repeat(65_536)),
        (client) => client.sendText("z".repeat(1_000_000)),
        (client) => client.sendText(hex("e2 82 ac")),
      ],
    },
    server: async (peer) => {
      await peer.handshake();
      await hears(
        peer,
        "text é€😀",
        "text",
        "binary",
        `binary ${"01 ".repeat(125)}`.trimEnd(),
        `binary ${"02 ".repeat(126)}`.trimEnd(),
        textLine("x".repeat(65_535)),
        textLine("y".repeat(65_536)),
        textLine("z".repeat(1_000_000)),
        "text €",
      );
      await closesWith(peer);
    },
    expected: closes([], "1000 clean remote"),
  },
  answersFirst("a text is answered before a reserved opcode fails", concat(textFrame("one"), hex("83 00")), {
    told: ["text one"],
    heard: ["text one"],
  }),
  answersFirst(
    "two messages are answered before a masked frame fails",
    concat(
      textFrame("one"),
      binaryFrame(hex("03")),
      textFrame("masked", { mask: hex("01 02 03 04") }),
      textFrame("two"),
    ),
    { told: ["text one", "binary 03"], heard: ["text one", "binary 03"] },
  ),
  answersFirst(
    "a fragmented text is answered before a stray continuation fails",
    concat(
      textFrame("o", { fin: false }),
      continuationFrame("ne"),
      continuationFrame("stray"),
      textFrame("two"),
    ),
    { told: ["text one"], heard: ["text one"] },
  ),
  answersFirst(
    "a ping is answered before a wrong length fails",
    concat(
      pingFrame(hex("04")),
      textFrame("x", { lengthBits: 64 }),
    ),
    { told: ["ping 04"], heard: ["pong 04", "text pinged"] },
  ),
  answersFirst(
    "a ping between fragments is answered before a new message fails",
    concat(
      textFrame("o", { fin: false }),
      pingFrame(hex("04")),
      textFrame("two"),
    ),
    { told: ["ping 04"], heard: ["pong 04", "text pinged"] },
  ),
  answersFirst("a text is answered before bad UTF-8 fails", concat(textFrame("one"), textFrame(hex("ff"))), {
    told: ["text one"],
    heard: ["text one"],
    code: 1007,
  }),
  answersFirst("a text is answered before a bad Close fails", concat(textFrame("one"), closeFrame(1005)), {
    told: ["text one"],
    heard: ["text one"],
  }),
  {
    number: "39a",
    name: "messages are answered before the Close behind them",
    client: echoes,
    except: asynchronous,
    server: says(concat(textFrame("one"), textFrame("two")), "text one", "text two"),
    expected: closes(["text one", "text two"], "1000 clean remote"),
  },
  {
    number: "39a",
    name: "the program's Close leaves before a violation behind the message fails",
    client: { "text one": (client) => client.close(3000) },
    except: asynchronous,
    server: async (peer) => {
      await peer.handshake();
      await peer.send(concat(textFrame("one"), hex("83 00")));
      await hears(peer, "close 3000");
      await hearsTheEnd(peer);
    },
    expected: fails(["text one"], "ProtocolViolation 1002"),
  },
];
