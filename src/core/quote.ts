const maxLength = 100;

/**
 * Puts a value that somebody else chose into an error message: in double quotes, at most about 100
 * characters, nothing in it that could break the line or steer a terminal.
 */
export function quote(value: unknown): string {
  const text = textOf(value);
  const short = text.length > maxLength ? text.slice(0, maxLength) + "…" : text;
  return JSON.stringify(short).replace(/[\p{C}\p{Zl}\p{Zp}]/gu, escape);
}

/** Some objects cannot become a string. */
function textOf(value: unknown): string {
  try {
    return String(value);
  } catch {
    return typeof value;
  }
}

function escape(character: string): string {
  return `\\u{${character.codePointAt(0)!.toString(16)}}`;
}
