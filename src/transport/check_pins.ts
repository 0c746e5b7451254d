import { createHash } from "node:crypto";
import { WebSocketError } from "../core/errors.ts";
import { authority, type Destination } from "./connect_error.ts";
import { publicKeyOf } from "./public_key_of.ts";
import type { TlsOptions } from "./transport.ts";

/**
 * Checks the server's certificate, in DER, against `tls.pins`: before anything is sent but the TLS handshake.
 *
 * @throws {WebSocketError} `TlsFailed`, with the pin of the key that was seen.
 */
export function checkPins(to: Destination, { pins }: TlsOptions, certificate: Uint8Array | undefined): void {
  if (pins === undefined) return;
  const seen = certificate === undefined ? undefined : pinOf(certificate);
  if (seen !== undefined && pins.includes(seen)) return;
  const why = seen === undefined
    ? "the server's certificate cannot be read, to be checked against tls.pins"
    : `the server's key is none of tls.pins: it is ${seen}`;
  throw new WebSocketError("TlsFailed", `TLS handshake with ${authority(to)} failed: ${why}`);
}

function pinOf(certificate: Uint8Array): string | undefined {
  const key = publicKeyOf(certificate);
  return key && `sha256/${createHash("sha256").update(key).digest("base64")}`;
}
