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

/** So many arguments a call may have at least, on every engine. */
const MOST_ARGUMENTS = 4096;

/** The characters whose codes are `bytes[start, end)`. */
export function decodeLatin1(bytes: Uint8Array, start = 0, end: number = bytes.length): string {
  let text = "";
  for (let at = start; at < end; at += MOST_ARGUMENTS) {
    const codes = bytes.subarray(at, Math.min(at + MOST_ARGUMENTS, end));
    text += Reflect.apply(String.fromCharCode, undefined, codes);
  }
  return text;
}
