/**
 * Feeds a server's answer to an {@linkcode OpeningHandshake} in every kind of pieces.
 *
 * @module
 */
import { assertEquals, assertInstanceOf } from "@std/assert";
import fc from "fast-check";
import { createHash } from "node:crypto";
import { type HandshakeResponse, WebSocketError, type WebSocketErrorCode } from "../../src/core/errors.ts";
import { type HandshakeOptions, OpeningHandshake } from "../../src/core/handshake.ts";
import { parseWebSocketUrl } from "../../src/core/url.ts";

/** The key of the sample in RFC 6455 §1.3, and its answer. */
export const sampleKey = "dGhlIHNhbXBsZSBub25jZQ==";
export const sampleAccept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

export type Options = Partial<Omit<HandshakeOptions, "url">> & { readonly url?: string };

/** What became of a handshake. */
export interface Outcome {
  /** Bytes that belonged to it, unless it failed. */
  consumed?: number;
  done: boolean;
  protocol: string;
  extensions: string;
  code?: WebSocketErrorCode;
  message?: string;
  response?: HandshakeResponse;
}

/** A handshake with the sample key. */
export function handshake({ url = "ws://example.com/", ...options }: Options = {}): OpeningHandshake {
  const random = (bytes: Uint8Array) => bytes.set(bytesOf(atob(sampleKey)));
  return new OpeningHandshake({ url: parseWebSocketUrl(url), random, ...options });
}

/** A 101 that opens the WebSocket, with some header lines taken out or put in. */
export function accepted(more: readonly string[] = [], without = ""): string {
  const lines = [
    "Upgrade: websocket",
    "Connection: Upgrade",
    `Sec-WebSocket-Accept: ${sampleAccept}`,
  ].filter((line) => without === "" || !line.startsWith(without));
  return ["HTTP/1.1 101 Switching Protocols", ...lines, ...more, "", ""].join("\r\n");
}

/** One byte per character. */
export function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** The accept key that the RFC asks for, by another implementation. */
export function acceptOf(key: string): string {
  return createHash("sha1").update(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest("base64");
}

/**
 * The outcome of an answer, which must be the same in one piece, byte by byte and in random pieces. With
 * `end`, the peer's FIN follows the bytes.
 */
export function outcomeOf(answer: string, options: Options & { readonly end?: boolean } = {}): Outcome {
  const bytes = bytesOf(answer);
  const feed = (cuts: readonly number[]) =>
    feedInPieces(handshake(options), bytes, { cuts, end: options.end });
  const whole = feed([]);
  assertEquals(feed(Array.from(bytes.keys())), whole, "byte by byte");
  fc.assert(
    fc.property(fc.array(fc.nat(bytes.length), { maxLength: 8 }), (cuts) => assertEquals(feed(cuts), whole)),
    { numRuns: 20 },
  );
  return whole;
}

/** Asserts that an answer fails the handshake, whole and in pieces, and what the error says. */
export function assertRefused(answer: string, message: string, options: Options = {}): Outcome {
  const outcome = outcomeOf(answer, options);
  assertEquals(outcome.code, "HandshakeFailed", answer);
  assertEquals(outcome.message, `Cannot open the WebSocket: ${message}`, answer);
  assertEquals(outcome.done, false);
  return outcome;
}

interface Pieces {
  readonly cuts: readonly number[];
  readonly end?: boolean;
}

function feedInPieces(handshake: OpeningHandshake, bytes: Uint8Array, { cuts, end }: Pieces): Outcome {
  const ends = [...new Set([...cuts, bytes.length])].sort((a, b) => a - b);
  let consumed = 0;
  try {
    for (let start = 0, i = 0; i < ends.length && !handshake.done; start = ends[i++]) {
      // The memory is lent, as by a transport: it changes after the call.
      const lent = bytes.slice(start, ends[i]);
      consumed += handshake.receive(lent);
      lent.fill(0xff);
    }
    if (end) handshake.end();
  } catch (error) {
    assertInstanceOf(error, WebSocketError);
    const { code, message, response } = error;
    return { ...agreed(handshake), code, message, response };
  }
  return { ...agreed(handshake), consumed };
}

function agreed({ done, protocol, extensions }: OpeningHandshake): Outcome {
  return { done, protocol, extensions };
}
