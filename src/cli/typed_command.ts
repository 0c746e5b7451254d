import { decodeBase64, type Outgoing } from "./input_format.ts";
import { UsageError } from "./usage_error.ts";

/** What a typed line asks for beside sending. */
export type TypedCommand = Outgoing | { readonly type: "help" } | { readonly type: "stats" };

/** The commands that can be typed, in alphabetical order. */
export const TYPED_COMMANDS: readonly string[] = ["/binary", "/close", "/help", "/ping", "/send", "/stats"];

/**
 * What a line asks for that was typed at the prompt; `undefined` for an empty one.
 *
 * @throws {UsageError} for a command that is none.
 */
export function readTyped(line: string): TypedCommand | undefined {
  if (line.trim() === "") return undefined;
  if (!line.startsWith("/")) return { type: "text", data: line };
  if (line.startsWith("//")) return { type: "text", data: line.slice(1) };
  const [, name, rest] = /^(\/\S*)\s?(.*)$/s.exec(line)!;
  switch (name) {
    case "/send":
      return { type: "text", data: rest! };
    case "/binary":
      return { type: "binary", data: decodeBase64(rest!) };
    case "/ping":
      return { type: "ping", data: new TextEncoder().encode(rest) };
    case "/close":
      return closeCommand(rest!);
    case "/stats":
      return { type: "stats" };
    case "/help":
      return { type: "help" };
    default:
      throw new UsageError(`${name} is not a command; /help lists them, and // sends a slash`);
  }
}

function closeCommand(rest: string): Outgoing {
  const [, digits, reason = ""] = /^(\d*)\s*(.*)$/s.exec(rest)!;
  return { type: "close", code: digits === "" ? 1000 : Number(digits), reason };
}
