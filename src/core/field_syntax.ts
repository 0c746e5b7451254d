/**
 * What header fields are made of (RFC 9110 §5.5, §5.6).
 *
 * @module
 */

const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** Whether this is a `token`: what header names, subprotocols and extension names are made of. */
export function isToken(text: string): boolean {
  return token.test(text);
}

/**
 * Without the optional white space (OWS: spaces and tabs) around it. Neither `trim()`, which also takes
 * U+00A0, nor `/[ \t]+$/`, which takes quadratic time on a long run of spaces.
 */
export function trimWhitespace(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isWhitespace(text.charCodeAt(start))) start++;
  while (end > start && isWhitespace(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

function isWhitespace(code: number): boolean {
  return code === 0x20 || code === 0x09;
}
