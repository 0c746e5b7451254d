import { styleText } from "node:util";

/** Puts colour on text, or does not. */
export type Style = (format: StyleName, text: string) => string;

/** The formats that the command uses. */
export type StyleName = "bold" | "dim" | "red" | "green" | "yellow" | "cyan" | "magenta";

/** When to use colours: `auto` for a terminal where nobody has set NO_COLOR. */
export type ColorMode = "auto" | "always" | "never";

/** What there is to know of where text goes. */
export interface Surface {
  readonly isTerminal: boolean;
  readonly noColor: boolean;
}

/** Colours as they are asked for. */
export function styleFor(mode: ColorMode, { isTerminal, noColor }: Surface): Style {
  const isWanted = mode === "always" || (mode === "auto" && isTerminal && !noColor);
  // Whether to use them has been decided: the runtime would look at the environment, which Deno would ask about.
  return isWanted ? (format, text) => styleText(format, text, { validateStream: false }) : (_, text) => text;
}
