/**
 * What values options may have, and how to say so.
 *
 * @module
 */
import { WebSocketError } from "../core/errors.ts";
import { isSimilarName } from "../core/is_similar_name.ts";

/** The longest delay that the runtimes' timers keep. */
export const MAX_DELAY: number = 2 ** 31 - 1;

/** The options of one kind, by name. */
export type Rules = Readonly<Record<string, Rule>>;

/** Whether a value is allowed for an option, and how to say what is. */
export interface Rule {
  readonly allowed: string;
  test(value: unknown): boolean;
}

/** Milliseconds. */
export const duration: Rule = {
  allowed: `a number of milliseconds above 0 and at most ${MAX_DELAY}`,
  test: (value) => typeof value === "number" && value > 0 && value <= MAX_DELAY,
};
export const boolean: Rule = { allowed: "true or false", test: (value) => typeof value === "boolean" };
export const object: Rule = {
  allowed: "an object",
  test: (value) => typeof value === "object" && value !== null,
};
export const text: Rule = {
  allowed: "a non-empty string",
  test: (value) => typeof value === "string" && value !== "",
};

/** Whole numbers, both ends included. */
export function integer(least: number, most: number, unit = "an integer"): Rule {
  return {
    allowed: `${unit} from ${least} to ${most}`,
    test: (value) => Number.isInteger(value) && (value as number) >= least && (value as number) <= most,
  };
}

export function either(first: Rule, second: Rule): Rule {
  return {
    allowed: `${first.allowed}, or ${second.allowed}`,
    test: (value) => first.test(value) || second.test(value),
  };
}

export function exactly(...values: readonly unknown[]): Rule {
  return { allowed: values.map(show).join(", "), test: (value) => values.includes(value) };
}

export function listOf(rule: Rule): Rule {
  return {
    allowed: `a list, each ${rule.allowed}`,
    test: (value) => Array.isArray(value) && value.length > 0 && value.every(rule.test),
  };
}

/** An object that has these functions. */
export function withMethods(allowed: string, ...names: readonly string[]): Rule {
  const has = (value: object, name: string): boolean =>
    typeof (value as Record<string, unknown>)[name] === "function";
  return {
    allowed,
    test: (value) => object.test(value) && names.every((name) => has(value as object, name)),
  };
}

/**
 * Checks options one by one, and that there are no others. `prefix` is put before their names, with its dot.
 *
 * @throws {WebSocketError} `InvalidConfiguration`, naming the option, the value and what is allowed.
 */
export function checkAll(prefix: string, values: object, rules: Rules): void {
  if (!object.test(values) || Array.isArray(values)) {
    refuse(prefix.slice(0, -1) || "options", values, object.allowed);
  }
  for (const [name, value] of Object.entries(values)) {
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
    if (rule === undefined) throw unknownOption(prefix, name, Object.keys(rules));
    if (value !== undefined && !rule.test(value)) refuse(prefix + name, value, rule.allowed);
  }
}

function unknownOption(prefix: string, name: string, known: readonly string[]): WebSocketError {
  const similar = known.find((option) => isSimilarName(option, name));
  const hint = similar === undefined ? "" : `; did you mean ${prefix}${similar}?`;
  return new WebSocketError("InvalidConfiguration", `options: ${prefix}${name} is not an option${hint}`);
}

/** Throws for an option's value. */
export function refuse(name: string, value: unknown, allowed: string): never {
  // PEM texts, headers, and user names with their passwords are not for messages.
  const shown = /^(headers$|tls\.|proxy)/.test(name) ? typeof value : show(value);
  throw new WebSocketError("InvalidConfiguration", `options: ${name} is ${shown}, allowed: ${allowed}`);
}

function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  if (typeof value === "object" && value !== null) return Array.isArray(value) ? "a list" : "an object";
  if (typeof value === "function") return "a function";
  return String(value);
}
