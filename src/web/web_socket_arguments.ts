import type { WebSocketOptions } from "./options.ts";

/** The second argument of the constructor: subprotocols, or options. */
export function optionsOf(protocols: string | Iterable<string> | WebSocketOptions): WebSocketOptions {
  if (typeof protocols !== "object" || protocols === null) return { protocols: String(protocols) };
  return Symbol.iterator in protocols ? { protocols: Array.from(protocols, String) } : protocols;
}

/** Web IDL's `(BufferSource or Blob or USVString)`. */
export function messageOf(data: string | BufferSource | Blob): string | Uint8Array | Blob {
  if (typeof data === "string" || data instanceof Uint8Array || data instanceof Blob) return data;
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  return String(data);
}
