/** Base64 (RFC 4648 §4) of a few bytes: keys and digests. */
export function encodeBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}
