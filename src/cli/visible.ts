/**
 * What a terminal would obey rather than show: control characters but tab and line feed, and what changes the direction
 * of text or breaks lines in ways of its own.
 */
const OBEYED = /(?![\t\n])\p{Cc}|[\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]|\p{Cs}/gu;

/**
 * Text that somebody else chose, for a terminal: whatever could steer it is written out, as JSON would: `\u001b`. Line
 * feeds and tabs stay.
 */
export function visible(text: string): string {
  return text.replaceAll("\r\n", "\n").replace(
    OBEYED,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** As {@linkcode visible}, on one line. */
export function visibleLine(text: string): string {
  return visible(text).replaceAll("\n", "\\n").replaceAll("\t", " ");
}
