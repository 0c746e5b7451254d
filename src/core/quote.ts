const maxLength = 100;

/**
 * Puts a value that somebody else chose into an error message: in double quotes, at most about 100
 * characters, nothing in it that could break the line or steer a terminal.
 */
export function quote(value: string): string {
  const short = value.length > maxLength ? value.slice(0, maxLength) + "…" : value;
  return JSON.stringify(short).replace(/[\p{C}\p{Zl}\p{Zp}]/gu, escape);
}

function escape(character: string): string {
  return `\\u{${character.codePointAt(0)!.toString(16)}}`;
}
