/**
 * The server's ends of a connection, made with `ws`.
 *
 * @module
 */
import { assert } from "@std/assert";
import type { DeflateAgreement } from "../../src/core/deflate_offer.ts";
import { concat } from "../support/frames.ts";
import { arrival, type Arrived, type Item } from "./items.ts";
import { ws, type WsExtensions } from "./peer_modules.ts";

/** permessage-deflate as `ws` has it, for one end. It compresses everything. Close it with `cleanup`. */
export function wsDeflate(agreement: DeflateAgreement): WsExtensions {
  const deflate = new ws.PerMessageDeflate({ isServer: true, threshold: 0 });
  deflate.accept([{
    ...(agreement.serverNoContextTakeover && { server_no_context_takeover: [true] }),
    ...(agreement.clientNoContextTakeover && { client_no_context_takeover: [true] }),
    server_max_window_bits: [agreement.serverMaxWindowBits],
    client_max_window_bits: [agreement.clientMaxWindowBits],
  }]);
  return { "permessage-deflate": deflate };
}

/** A server that reads. */
export class WsReader {
  readonly arrived: Arrived[] = [];
  /** Code and reason of the Close, when it has come. */
  closed: readonly [code: number, reason: string] | null = null;
  readonly #receiver;

  constructor(extensions?: WsExtensions) {
    const receiver = this.#receiver = new ws.Receiver({ isServer: true, extensions });
    // Its memory is the receiver's own: everything that is kept is copied.
    const keep = (type: string, data: Uint8Array): void =>
      void this.arrived.push([type, Uint8Array.from(data)]);
    receiver.on("message", (data: Uint8Array, isBinary: boolean) => keep(isBinary ? "binary" : "text", data));
    receiver.on("ping", (data: Uint8Array) => keep("ping", data));
    receiver.on("pong", (data: Uint8Array) => keep("pong", data));
    receiver.on("conclude", (code: number, reason: Uint8Array) => {
      this.closed = [code, new TextDecoder("utf-8", { ignoreBOM: true }).decode(reason)];
    });
    // The callback of `write` gets it as well.
    receiver.on("error", () => {});
  }

  /** Reads all of these bytes, and throws what it has to say against them. */
  async read(bytes: Uint8Array): Promise<void> {
    const error = await new Promise((resolve) => this.#receiver.write(bytes, resolve));
    assert(!error, String(error));
  }
}

/** What a server sends for these items, some of the messages in fragments. */
export async function sentByWs(
  items: readonly Item[],
  fragments: readonly number[],
  extensions?: WsExtensions,
): Promise<Uint8Array> {
  const written: Uint8Array[] = [];
  const socket = {
    cork() {},
    uncork() {},
    write(bytes: Uint8Array | string, sent?: () => void): void {
      written.push(concat(bytes));
      sent?.();
    },
  };
  const sender = new ws.Sender(socket, extensions);
  const send = (data: Uint8Array, options: { readonly fin: boolean; readonly binary: boolean }) =>
    new Promise((resolve) => {
      sender.send(data, { ...options, mask: false, compress: extensions !== undefined }, resolve);
    });
  for (const [index, item] of items.entries()) {
    if (item.type === "ping" || item.type === "pong") {
      sender[item.type](item.data, false);
      continue;
    }
    const binary = item.type === "binary";
    const data = arrival(item)[1];
    const cut = fragments[index % fragments.length] % (data.length + 1);
    if (cut > 0) await send(data.subarray(0, cut), { binary, fin: false });
    await send(data.subarray(cut), { binary, fin: true });
  }
  return concat(...written);
}
