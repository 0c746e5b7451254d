/**
 * What servers do in many cases.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { closeFrame, concat, opcodes, toHex } from "../support/frames.ts";
import type { ClientFrame, RawPeer } from "../support/raw_server.ts";
import { bytesLine, textLine } from "./lines.ts";

/** A server's part. */
export type Script = (peer: RawPeer) => Promise<void>;

/** A frame as a line: `text hello`, `binary 00 ff`, `pong 61`, `close`, `close 1000`, `close 3001 "bye"`. */
export function frameLine(frame: ClientFrame): string {
  if (!frame.fin || frame.rsv !== 0) return `fin ${frame.fin}, rsv ${frame.rsv}, opcode ${frame.opcode}`;
  if (frame.opcode === opcodes.text) return textLine(frame.text);
  if (frame.opcode === opcodes.binary) return bytesLine("binary", frame.payload);
  if (frame.close !== undefined) {
    const { code, reason } = frame.close;
    return `close ${code}` + (reason === "" ? "" : ` ${JSON.stringify(reason)}`);
  }
  const name = Object.entries(opcodes).find(([, opcode]) => opcode === frame.opcode)?.[0] ?? frame.opcode;
  return `${name} ${toHex(frame.payload)}`.trimEnd();
}

/** Reads as many frames as there are lines, and compares. */
export async function hears(peer: RawPeer, ...lines: readonly string[]): Promise<void> {
  const heard: string[] = [];
  while (heard.length < lines.length) {
    heard.push(frameLine(await peer.readFrame()));
    assertEquals(heard, lines.slice(0, heard.length));
  }
}

/** Nothing more comes from the client, which ends its stream in order. */
export async function hearsTheEnd(peer: RawPeer): Promise<void> {
  assertEquals(await peer.closed(), "fin");
  assertEquals(peer.buffered, 0, "bytes after the last frame");
}

/** Closes the WebSocket from the server's side and ends the stream. */
export async function closesWith(peer: RawPeer, code = 1000): Promise<void> {
  await peer.send(closeFrame(code));
  await hears(peer, `close ${code}`);
  await peer.end();
  await hearsTheEnd(peer);
}

/** Opens the WebSocket, says all of this and a Close behind it, and hears these frames, then the answer to Close. */
export function says(bytes: Uint8Array | string, ...heard: readonly string[]): Script {
  return async (peer) => {
    await peer.handshake();
    await peer.send(concat(bytes, closeFrame(1000)));
    await hears(peer, ...heard, "close 1000");
    await peer.end();
    await hearsTheEnd(peer);
  };
}

/** Opens the WebSocket, breaks the rules, and hears these frames, then how the client ends it. */
export function breaksRules(bytes: Uint8Array, closeCode = 1002, ...heard: readonly string[]): Script {
  return async (peer) => {
    await peer.handshake();
    await peer.send(bytes);
    await hears(peer, ...heard, `close ${closeCode}`);
    await hearsTheEnd(peer);
  };
}
