import { parseArgs } from "node:util";
import { isSimilarName } from "../core/is_similar_name.ts";
import { isFor, type Mode, OPTIONS, type OptionSpec } from "./option_table.ts";
import { OptionValues } from "./option_values.ts";
import { UsageError } from "./usage_error.ts";

/** What was asked for. */
export type Request =
  | { readonly kind: "help" }
  | { readonly kind: "version" }
  | { readonly kind: Mode; readonly url: string; readonly values: OptionValues };

const config = Object.fromEntries(
  [...OPTIONS.values()].map(({ name, short, value }) => [
    name,
    { type: value === undefined ? "boolean" : "string", multiple: true, ...(short && { short }) } as const,
  ]),
);

/**
 * Reads the command's arguments.
 *
 * @throws {UsageError} for options that are unknown, or do not go together; never with a value in it.
 */
export function parseArguments(args: readonly string[]): Request {
  // Not strict, as each runtime has messages of its own.
  const { tokens } = parseArgs({
    args: [...args],
    options: config,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const values = new Map<string, string[]>();
  const urls: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") urls.push(token.value);
    if (token.kind !== "option") continue;
    const option = specOf(token.rawName, token.name);
    const list = values.get(option.name) ?? [];
    values.set(option.name, list);
    if (option.value === undefined) {
      if (token.value !== undefined) throw new UsageError(`${token.rawName} takes no value`);
    } else {
      if (token.value === undefined) throw new UsageError(`${token.rawName} needs a value: ${option.value}`);
      list.push(token.value);
    }
  }
  if (values.has("help")) return { kind: "help" };
  if (values.has("version")) return { kind: "version" };
  const kind = modeOf(values);
  if (urls.length !== 1) {
    throw new UsageError(urls.length === 0 ? "there is no URL" : "there is more than one URL");
  }
  return { kind, url: urls[0]!, values: new OptionValues(values) };
}

function specOf(rawName: string, name: string): OptionSpec {
  const option = OPTIONS.get(name);
  if (option !== undefined) return option;
  const similar = rawName.startsWith("--")
    ? [...OPTIONS.keys()].find((known) => isSimilarName(known, name))
    : undefined;
  const hint = similar === undefined ? "" : `; did you mean --${similar}?`;
  throw new UsageError(`${rawName} is not an option${hint}`);
}

function modeOf(values: ReadonlyMap<string, unknown>): Mode {
  if (values.has("ping") && values.has("bench")) {
    throw new UsageError("--ping and --bench do not go together");
  }
  const mode = values.has("ping") ? "ping" : values.has("bench") ? "bench" : "session";
  for (const name of values.keys()) {
    const option = OPTIONS.get(name)!;
    if (isFor(option, mode)) continue;
    throw new UsageError(
      mode === "session"
        ? `--${name} is for ${option.modes!.map((mode) => `--${mode}`).join(" and ")}`
        : `--${name} and --${mode} do not go together`,
    );
  }
  return mode;
}
