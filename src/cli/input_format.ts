import { UsageError } from "./usage_error.ts";

/** What a line of the input stands for. */
export const INPUT_FORMATS = ["text", "base64", "json"] as const;
export type InputFormat = (typeof INPUT_FORMATS)[number];

/** Something to be sent. A text's bytes have not been looked at. */
export type Outgoing =
  | { readonly type: "text"; readonly data: string | Uint8Array }
  | { readonly type: "binary" | "ping"; readonly data: Uint8Array }
  | { readonly type: "close"; readonly code: number; readonly reason: string };

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * What a line asks to send.
 *
 * @throws {UsageError} for a line that is not in the format.
 */
export function readLine(line: Uint8Array, format: InputFormat): Outgoing {
  if (format === "text") return { type: "text", data: decodeUtf8(line) };
  if (format === "base64") return { type: "binary", data: decodeBase64(decodeUtf8(line)) };
  return readJson(decodeUtf8(line));
}

function readJson(line: string): Outgoing {
  const { type, data = "", code = 1000, reason = "" } = parseObject(line);
  if (typeof data !== "string") throw new UsageError('"data" is not a string');
  switch (type) {
    case "text":
      return { type, data };
    case "binary":
      return { type, data: decodeBase64(data) };
    case "ping":
      return { type, data: new TextEncoder().encode(data) };
    case "close":
      if (typeof code !== "number" || typeof reason !== "string") {
        throw new UsageError('"code" is not a number, or "reason" not a string');
      }
      return { type, code, reason };
    default:
      throw new UsageError('"type" is not "text", "binary", "ping" or "close"');
  }
}

function parseObject(line: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new UsageError("it is not JSON");
  }
  if (typeof value !== "object" || value === null) throw new UsageError("it is not a JSON object");
  return value as Record<string, unknown>;
}

/**
 * Bytes from Base64, white space aside.
 *
 * @throws {UsageError} for anything else.
 */
export function decodeBase64(text: string): Uint8Array {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    throw new UsageError("it is not Base64");
  }
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new UsageError("it is not UTF-8");
  }
}
