/**
 * One byte per character, U+0000 to U+00FF: how HTTP/1.1 header fields travel. `TextDecoder("latin1")` is
 * something else (windows-1252).
 *
 * @module
 */

/** The characters' codes; none may be over U+00FF. */
export function encodeLatin1(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/** The characters with these codes. */
export function decodeLatin1(bytes: Uint8Array): string {
  const window = 4096; // well under every engine's limit of arguments
  let text = "";
  for (let start = 0; start < bytes.length; start += window) {
    text += String.fromCharCode(...bytes.subarray(start, start + window));
  }
  return text;
}
