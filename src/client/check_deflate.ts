import type { DeflateCodec } from "../core/deflate_codec.ts";
import { WebSocketError } from "../core/errors.ts";
import type { DeflateSettings, PerMessageDeflateOptions } from "../driver/deflate_options.ts";
import type { ClientOptions } from "./options.ts";
import { boolean, checkAll, duration, either, integer, type Rule, withMethods } from "./rules.ts";

/** Bytes. */
const DEFAULT_THRESHOLD = 1024;
const DEFAULT_LEVEL = 6;
const DEFAULT_MEM_LEVEL = 8;

const windowBits = integer(8, 15);
const codec = withMethods("a DeflateCodec", "createInflater", "createDeflater");
const moduleUrl: Rule = {
  allowed: "the URL of a module that exports one by default",
  test: (value) => value instanceof URL || (typeof value === "string" && URL.canParse(value)),
};

const RULES: Record<keyof PerMessageDeflateOptions, Rule> = {
  serverNoContextTakeover: boolean,
  clientNoContextTakeover: boolean,
  serverMaxWindowBits: windowBits,
  clientMaxWindowBits: either(boolean, windowBits),
  threshold: integer(0, 2 ** 30, "a number of bytes"),
  level: integer(0, 9),
  memLevel: integer(1, 9),
  releaseWhenIdle: duration,
  codec: either(codec, moduleUrl),
};

/**
 * Checks the options of compression.
 *
 * @throws {WebSocketError} `InvalidConfiguration`, naming the option, the value and what is allowed.
 */
export function checkDeflate(options: PerMessageDeflateOptions): void {
  checkAll("perMessageDeflate.", options, RULES);
}

/** The options of compression with defaults; a codec that has to be loaded first is left out. */
export function deflateSettings(
  options: boolean | PerMessageDeflateOptions | undefined,
): DeflateSettings | undefined {
  if (options === undefined || options === false) return undefined;
  const given = options === true ? {} : options;
  const { threshold, level, memLevel, releaseWhenIdle, codec, ...parameters } = given;
  return {
    parameters,
    threshold: threshold ?? DEFAULT_THRESHOLD,
    level: level ?? DEFAULT_LEVEL,
    memLevel: memLevel ?? DEFAULT_MEM_LEVEL,
    releaseWhenIdle,
    codec: isModule(codec) ? undefined : codec,
  };
}

/** The module that has to be loaded for the codec, if any. */
export function codecModule(
  { perMessageDeflate }: Pick<ClientOptions, "perMessageDeflate">,
): string | undefined {
  if (typeof perMessageDeflate !== "object") return undefined;
  const { codec } = perMessageDeflate;
  return isModule(codec) ? String(codec) : undefined;
}

/**
 * Loads a codec's module.
 *
 * @throws {WebSocketError} `InvalidConfiguration` when that is not possible, or there is no codec in it.
 */
export async function loadCodec(url: string): Promise<DeflateCodec> {
  let exported: unknown;
  try {
    exported = (await import(url) as { default?: unknown }).default;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw invalid(`perMessageDeflate.codec cannot be loaded: ${why}`, cause);
  }
  if (!codec.test(exported)) {
    throw invalid("perMessageDeflate.codec: the module's default export is not a codec");
  }
  return exported as DeflateCodec;
}

/** Refuses a codec that would have to be loaded, where the thread waits. */
export function refuseCodecModule(options: Pick<ClientOptions, "perMessageDeflate">): void {
  if (codecModule(options) === undefined) return;
  throw invalid(
    "perMessageDeflate.codec must be the codec itself here: a module cannot be loaded while this thread waits",
  );
}

/** Refuses a codec for a connection on another thread, where functions cannot go. */
export function refuseCodecObject({ perMessageDeflate }: Pick<ClientOptions, "perMessageDeflate">): void {
  if (typeof perMessageDeflate !== "object" || !codec.test(perMessageDeflate.codec)) return;
  throw invalid(
    "perMessageDeflate.codec must be a module's URL here: the connection lives on another thread, and functions cannot go there",
  );
}

function isModule(codec: PerMessageDeflateOptions["codec"]): codec is string | URL {
  return typeof codec === "string" || codec instanceof URL;
}

function invalid(message: string, cause?: unknown): WebSocketError {
  return new WebSocketError("InvalidConfiguration", `options: ${message}`, { cause });
}
