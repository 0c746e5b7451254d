import { encodeLatin1 } from "./latin1.ts";

/** The bytes that a part of a parsed URL stands for, which is ASCII; a "%" without two digits stands for itself. */
export function decodePercent(text: string): Uint8Array {
  return encodeLatin1(
    text.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))),
  );
}
