/**
 * Cases whose program sends every message back.
 *
 * @module
 */
import { concat, pingFrame, textFrame } from "../support/frames.ts";
import { closes, type ConformanceCase, fails } from "./case.ts";
import { closesWith, hears, hearsTheEnd } from "./scripts.ts";

/** The server says this, and hears the messages in it again: these lines. */
export function echoed(
  number: string,
  name: string,
  bytes: Uint8Array,
  ...lines: readonly string[]
): ConformanceCase {
  return {
    number,
    name,
    echoes: true,
    server: async (peer) => {
      await peer.handshake();
      await peer.send(bytes);
      await hears(peer, ...lines);
      await closesWith(peer);
    },
    expected: closes(lines, "1000 clean remote"),
  };
}

/** A text comes back; then a violation, and a ping behind it that must stay without an answer. */
export function failsAfterEcho(
  number: string,
  name: string,
  violation: Uint8Array,
  closeCode = 1002,
): ConformanceCase {
  return {
    number,
    name,
    echoes: true,
    server: async (peer) => {
      await peer.handshake();
      await peer.send(textFrame("valid"));
      await hears(peer, "text valid");
      await peer.send(concat(violation, pingFrame("unseen")));
      await hears(peer, `close ${closeCode}`);
      await hearsTheEnd(peer);
    },
    expected: fails(["text valid"], `ProtocolViolation ${closeCode}`),
  };
}

const cycle = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.";

/** A text of this many bytes. That it repeats after a prime number of letters lets a displaced part show. */
export function letters(size: number): string {
  return cycle.repeat(Math.ceil(size / cycle.length)).slice(0, size);
}
