import { decodeLatin1 } from "./latin1.ts";

/** Base64 (RFC 4648 §4). */
export function encodeBase64(bytes: Uint8Array): string {
  return btoa(decodeLatin1(bytes));
}
