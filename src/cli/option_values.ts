import { UsageError } from "./usage_error.ts";

const SUFFIXES: Readonly<Record<string, number>> = { "": 1, k: 2 ** 10, M: 2 ** 20, G: 2 ** 30 };

/** The options that were given. What is wrong with a value is a {@linkcode UsageError}. */
export class OptionValues {
  readonly #values: ReadonlyMap<string, readonly string[]>;

  /** By name, in the order in which they were given; a flag has an empty list. */
  constructor(values: ReadonlyMap<string, readonly string[]>) {
    this.#values = values;
  }

  /** Whether it was given. */
  has(name: string): boolean {
    return this.#values.has(name);
  }

  /** All of its values. */
  all(name: string): readonly string[] {
    return this.#values.get(name) ?? [];
  }

  /** Its value: of several, the last. */
  one(name: string): string | undefined {
    return this.#values.get(name)?.at(-1);
  }

  /** One of some words. */
  word<Word extends string>(name: string, words: readonly Word[]): Word | undefined {
    const value = this.one(name);
    if (value === undefined || words.includes(value as Word)) return value as Word | undefined;
    throw new UsageError(`--${name} is ${show(value)}, allowed: ${words.join(", ")}`);
  }

  /** A duration in seconds, as milliseconds. */
  seconds(name: string, { least = 0, most = 2_147_483 }: Range = {}): number | undefined {
    const value = this.one(name);
    if (value === undefined) return undefined;
    const seconds = /^\d*\.?\d+$|^\d+\.$/.test(value) ? Number(value) : NaN;
    if (seconds >= least && seconds <= most) return seconds * 1000;
    throw new UsageError(`--${name} is ${show(value)}, allowed: seconds from ${least} to ${most}`);
  }

  /** A whole number. */
  integer(name: string, { least = 1, most = Number.MAX_SAFE_INTEGER }: Range = {}): number | undefined {
    const value = this.one(name);
    if (value === undefined) return undefined;
    const number = /^\d+$/.test(value) ? Number(value) : NaN;
    if (number >= least && number <= most) return number;
    throw new UsageError(`--${name} is ${show(value)}, allowed: a whole number from ${least} to ${most}`);
  }

  /** A number of bytes, perhaps with k, M or G behind it. */
  bytes(name: string, { least = 1, most = 2 ** 30 }: Range = {}): number | undefined {
    const value = this.one(name);
    if (value === undefined) return undefined;
    const [, digits, suffix] = /^(\d+)([kMG]?)$/.exec(value) ?? [];
    const bytes = digits === undefined ? NaN : Number(digits) * SUFFIXES[suffix!]!;
    if (bytes >= least && bytes <= most) return bytes;
    throw new UsageError(`--${name} is ${show(value)}, allowed: bytes from ${least} to ${most}, as in 64k`);
  }
}

/** What a number may be, both ends included. */
interface Range {
  readonly least?: number;
  readonly most?: number;
}

function show(value: string): string {
  return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
}
