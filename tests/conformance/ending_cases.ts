import { assertRejects } from "@std/assert";
import {
  binaryFrame,
  closeFrame,
  concat,
  continuationFrame,
  hex,
  pongFrame,
  textFrame,
} from "../support/frames.ts";
import type { RawPeer } from "../support/raw_server.ts";
import { closes, type ConformanceCase, fails } from "./case.ts";
import { bytesLine, textLine } from "./lines.ts";
import { lossCases } from "./loss_cases.ts";
import { breaksRules, hears, hearsTheEnd } from "./scripts.ts";

/** What the server does once both Close frames are through; the client waits for it to end the stream. */
async function takesItsTime(peer: RawPeer): Promise<void> {
  await assertRejects(() => peer.closed({ limit: 50 }), Error, "Waited 50 ms");
  await peer.end();
  await hearsTheEnd(peer);
}

const shortWait = { closeTimeout: 120 };

/** The server says nothing that could be cut, and the client waits. */
const silence = { options: shortWait, deliveries: ["whole"] } satisfies Partial<ConformanceCase>;

/** Sends this until the client has dropped the connection. */
async function sendsUntilRefused(peer: RawPeer, bytes: Uint8Array): Promise<void> {
  const end = Date.now() + 3000;
  while (Date.now() < end) {
    try {
      await peer.send(bytes);
    } catch {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  throw new Error("The client still takes data");
}

/** More than the system takes while nobody reads. */
const backlog = new Uint8Array(12 * 1024 * 1024);

const large = new Uint8Array(65_536);
/** Not too short: what a slow program has not looked at when the time is over must not be too many. */
const flood = "flood ".repeat(64);

/** How a connection ends that does not end by itself: rows 45 to 48. */
export const endingCases: readonly ConformanceCase[] = [
  {
    number: "45",
    name: "after a violation nothing more is delivered or answered",
    server: async (peer) => {
      await peer.handshake();
      await peer.send(concat(textFrame("before"), hex("83 00"), textFrame("after"), closeFrame(1000)));
      await hears(peer, "close 1002");
      await hearsTheEnd(peer);
      await peer.send(concat(textFrame("later"), closeFrame(1000)));
    },
    expected: fails(["text before"], "ProtocolViolation 1002"),
  },
  {
    number: "45",
    name: "without onError, run fails with the violation",
    handlesErrors: false,
    server: breaksRules(hex("83 00")),
    expected: { events: ["activated", "quit"], outcome: "rejects ProtocolViolation 1002" },
  },
  {
    number: "45",
    name: "a violation over TLS",
    tls: {},
    server: breaksRules(hex("83 00")),
    expected: fails([], "ProtocolViolation 1002"),
  },
  {
    number: "45",
    name: "the client does not wait for ever for the server to end after a violation",
    ...silence,
    server: async (peer) => {
      await peer.handshake();
      await peer.send(hex("83 00"));
      await hears(peer, "close 1002");
      await hearsTheEnd(peer);
      await sendsUntilRefused(peer, pongFrame("late"));
    },
    expected: fails([], "ProtocolViolation 1002"),
  },
  {
    number: "46",
    name: "after answering Close the client waits for the server to end the stream",
    server: async (peer) => {
      await peer.handshake();
      await peer.send(closeFrame(1000));
      await hears(peer, "close 1000");
      await takesItsTime(peer);
    },
    expected: closes([], "1000 clean remote"),
  },
  {
    number: "46",
    name: "after its own Close was answered the client waits for the server to end the stream",
    client: { activated: (client) => client.close() },
    server: async (peer) => {
      await peer.handshake();
      await hears(peer, "close 1000");
      await peer.send(closeFrame(1000));
      await takesItsTime(peer);
    },
    expected: closes([], "1000 clean local"),
  },
  {
    number: "46",
    name: "but not for ever, after the server's Close",
    ...silence,
    server: async (peer) => {
      await peer.handshake();
      await peer.send(closeFrame(1001));
      await hears(peer, "close 1001");
      await peer.closed();
    },
    expected: closes([], "1001 clean remote"),
  },
  {
    number: "46",
    name: "but not for ever, after its own",
    ...silence,
    client: { activated: (client) => client.close(3000) },
    server: async (peer) => {
      await peer.handshake();
      await hears(peer, "close 3000");
      await peer.send(closeFrame(3000));
      await peer.closed();
    },
    expected: closes([], "3000 clean local"),
  },
  {
    number: "47",
    name: "close() that nobody answers",
    ...silence,
    client: { activated: (client) => client.close() },
    server: async (peer) => {
      await peer.handshake();
      await hears(peer, "close 1000");
      await peer.closed();
    },
    expected: fails([], "Timeout close"),
  },
  {
    number: "47",
    name: "close() that nobody answers, without onError",
    ...silence,
    handlesErrors: false,
    client: { activated: (client) => client.close(3000, "tired") },
    server: async (peer) => {
      await peer.handshake();
      await hears(peer, `close 3000 "tired"`);
      await peer.closed();
    },
    expected: { events: ["activated", "quit"], outcome: "rejects Timeout close" },
  },
  {
    number: "47",
    name: "close() that nobody answers, over TLS",
    tls: {},
    ...silence,
    client: { activated: (client) => client.close() },
    server: async (peer) => {
      await peer.handshake();
      await hears(peer, "close 1000");
      await peer.closed();
    },
    expected: fails([], "Timeout close"),
  },
  {
    number: "47",
    name: "close() answered by half a Close",
    options: shortWait,
    client: { activated: (client) => client.close() },
    server: async (peer) => {
      await peer.handshake();
      await hears(peer, "close 1000");
      await peer.send(hex("88 02 03"));
      await peer.closed();
    },
    expected: fails([], "Timeout close"),
  },
  {
    number: "47",
    name: "close() answered by messages, which are delivered, and nothing else",
    options: shortWait,
    client: { activated: (client) => client.close() },
    server: async (peer) => {
      await peer.handshake();
      await hears(peer, "close 1000");
      await peer.send(concat(textFrame("one"), textFrame("two")));
      await peer.closed();
    },
    expected: fails(["text one", "text two"], "Timeout close"),
  },
  flooded("messages", concat(...Array.from({ length: 200 }, () => textFrame(flood))), textLine(flood)),
  flooded("large messages", binaryFrame(large), bytesLine("binary", large)),
  flooded(
    "empty fragments",
    concat(...Array.from({ length: 4000 }, () => continuationFrame("", { fin: false }))),
    "",
  ),
  {
    number: "47",
    name: "close() behind a backlog that nobody reads",
    ...silence,
    client: { activated: [(client) => client.sendBinary(backlog), (client) => client.close()] },
    except: { blocking: "its sends return when the system has taken the bytes" },
    server: async (peer) => {
      await peer.handshake();
      peer.pause();
      await sendsUntilRefused(peer, pongFrame(""));
    },
    unrecorded: "pong",
    expected: fails([], "Timeout close"),
  },
  {
    number: "45",
    name: "a violation while a backlog waits that nobody reads",
    ...silence,
    client: { activated: (client) => client.sendBinary(backlog) },
    except: { blocking: "its sends return when the system has taken the bytes" },
    server: async (peer) => {
      await peer.handshake();
      // The backlog's header: what the program sends has been taken from it.
      await peer.read(10);
      peer.pause();
      await peer.send(hex("83 00"));
      await sendsUntilRefused(peer, pongFrame(""));
    },
    expected: fails([], "ProtocolViolation 1002"),
  },
  {
    number: "47",
    name: "close() behind a backlog that is read: all of it arrives",
    deliveries: ["whole"],
    client: { activated: [(client) => client.sendBinary(backlog), (client) => client.close(3000)] },
    server: async (peer) => {
      await peer.handshake();
      // Header and mask; unmasking this much by hand would take seconds.
      await peer.read(10 + 4 + backlog.length);
      await hears(peer, "close 3000");
      await peer.send(closeFrame(3000));
      await peer.end();
      await hearsTheEnd(peer);
    },
    expected: closes([], "3000 clean local"),
  },
  ...lossCases,
];

/** close(), and then data without end in place of an answer. */
function flooded(what: string, block: Uint8Array, unrecorded: string): ConformanceCase {
  return {
    number: "47",
    name: `close() answered by ${what} without end`,
    ...silence,
    client: { activated: (client) => client.close() },
    server: async (peer) => {
      await peer.handshake();
      await hears(peer, "close 1000");
      if (unrecorded === "") await peer.send(textFrame("", { fin: false }));
      await sendsUntilRefused(peer, block);
    },
    unrecorded,
    expected: fails([], "Timeout close"),
  };
}
