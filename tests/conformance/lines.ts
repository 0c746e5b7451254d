/**
 * Events and outcomes as lines of text, so that one expectation serves callbacks, `read()` and channels:
 *
 * ```text
 * activated                             closed 1000 clean remote
 * activated chat        (subprotocol)   closed 3001 "bye" clean local
 * text hello                            closed 1006 unclean none
 * binary 00 ff                          error ProtocolViolation 1002
 * ping 61, pong 61, ping                error Timeout close
 * text 70000 characters, 5f0c91d2       quit
 * waits 500             (reconnecting)
 * ```
 *
 * @module
 */
import { type CloseInfo, WebSocketError } from "../../mod.ts";
import { toHex } from "../support/frames.ts";

/** Longer contents are told by their size and a checksum. */
const LONGEST = 160;

/** A text message. */
export function textLine(text: string): string {
  if (text.length <= LONGEST) return text === "" ? "text" : `text ${text}`;
  return `text ${text.length} characters, ${checksum(new TextEncoder().encode(text))}`;
}

/** A binary message, a ping or a pong. */
export function bytesLine(type: "binary" | "ping" | "pong", bytes: Uint8Array): string {
  if (bytes.length === 0) return type;
  if (bytes.length <= LONGEST) return `${type} ${toHex(bytes)}`;
  return `${type} ${bytes.length} bytes, ${checksum(bytes)}`;
}

/**
 * How a connection ended: code, reason, clean or not, initiator, and the error unless it is the system's, which
 * differs from runtime to runtime.
 */
export function closeLine({ code, reason, wasClean, initiator, error }: CloseInfo): string {
  const parts = [
    code,
    ...(reason === "" ? [] : [JSON.stringify(reason)]),
    wasClean ? "clean" : "unclean",
    initiator,
  ];
  const why = error === undefined || error.code === "Io" ? "" : `, ${errorLine(error)}`;
  return parts.join(" ") + why;
}

/**
 * An error: its code, then close code, phase or response; of a response other than 101 the headers too (without
 * Accept, which is another each time) and the body. Never the message.
 */
export function errorLine(error: unknown): string {
  if (!(error instanceof WebSocketError)) return `unknown error: ${error}`;
  const { code, closeCode, phase, response } = error;
  const parts: unknown[] = [code];
  if (closeCode !== undefined) parts.push(closeCode);
  if (phase !== undefined) parts.push(phase);
  if (response !== undefined) {
    parts.push(response.status);
    if (response.status !== 101) {
      const fields = response.headers.filter(([name]) => name !== "sec-websocket-accept");
      parts.push(...fields.map(([name, value]) => `[${name}: ${value}]`));
      if (response.body.length > 0) parts.push(JSON.stringify(new TextDecoder().decode(response.body)));
    }
  }
  return parts.join(" ");
}

/** FNV-1a, over words of four bytes and then over what is left. */
function checksum(bytes: Uint8Array): string {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : new Uint8Array(bytes);
  const words = new Uint32Array(aligned.buffer, aligned.byteOffset, aligned.length >> 2);
  let hash = 0x811c9dc5;
  for (const word of words) hash = Math.imul(hash ^ word, 0x01000193);
  for (const byte of aligned.subarray(4 * words.length)) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, "0");
}
