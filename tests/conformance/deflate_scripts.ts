/**
 * What servers do that compress. They compress and inflate by `node:zlib`'s public functions.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { ReferenceInflater } from "../core/deflate_support.ts";
import { closeFrame, concat, opcodes } from "../support/frames.ts";
import type { HandshakeRequest, RawPeer } from "../support/raw_server.ts";
import { bytesLine, textLine } from "./lines.ts";
import { closesWith, hears, hearsTheEnd, type Script } from "./scripts.ts";

/** Opens the WebSocket with compression; `parameters` as they stand in the answer. */
export function agrees(peer: RawPeer, parameters = ""): Promise<HandshakeRequest> {
  return peer.handshake({ headers: { "Sec-WebSocket-Extensions": `permessage-deflate${parameters}` } });
}

/** Says all of this, and a Close behind it. */
export function saysCompressed(bytes: Uint8Array, parameters = ""): Script {
  return async (peer) => {
    await agrees(peer, parameters);
    await peer.send(concat(bytes, closeFrame(1000)));
    await hears(peer, "close 1000");
    await peer.end();
    await hearsTheEnd(peer);
  };
}

/** Breaks the rules, and hears how the client ends it. */
export function breaksCompressed(bytes: Uint8Array, closeCode: number, parameters = ""): Script {
  return async (peer) => {
    await agrees(peer, parameters);
    await peer.send(bytes);
    await hears(peer, `close ${closeCode}`);
    await hearsTheEnd(peer);
  };
}

/** Reads messages that the client compressed, as lines, and closes. */
export function hearsCompressed(parameters: string, ...lines: readonly string[]): Script {
  return async (peer) => {
    await agrees(peer, parameters);
    const heard = new ClientMessages();
    for (const line of lines) assertEquals(await heard.next(peer), line);
    await closesWith(peer);
  };
}

/** A client's messages: `text hello`, behind `plain` where it was not compressed. */
export class ClientMessages {
  readonly #inflater = new ReferenceInflater();
  /** The payload of the last one, as it travelled. */
  payload: Uint8Array = new Uint8Array(0);

  async next(peer: RawPeer): Promise<string> {
    const { fin, rsv, opcode, payload } = await peer.readFrame();
    assert(fin && (rsv === 0 || rsv === 4), `fin ${fin}, rsv ${rsv}`);
    this.payload = payload;
    const message = rsv === 4 ? this.#inflater.inflate(payload) : payload;
    const line = opcode === opcodes.text
      ? textLine(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(message))
      : bytesLine("binary", message);
    return rsv === 4 ? line : `plain ${line}`;
  }
}
