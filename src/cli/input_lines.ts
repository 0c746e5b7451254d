import { UsageError } from "./usage_error.ts";

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/**
 * The lines of a stream, without their ends; the last one need not have one. No more is read than is asked for.
 *
 * @throws {UsageError} for a line of more than `limit` bytes.
 */
export async function* inputLines(
  chunks: AsyncIterable<unknown>,
  limit: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  let parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    let rest = typeof chunk === "string" ? new TextEncoder().encode(chunk) : chunk as Uint8Array;
    for (let end = rest.indexOf(LINE_FEED); end >= 0; end = rest.indexOf(LINE_FEED)) {
      parts.push(rest.subarray(0, end));
      rest = rest.subarray(end + 1);
      if (length + end > limit) throw tooLong(limit);
      yield withoutReturn(joined(parts));
      parts = [];
      length = 0;
    }
    if (rest.length === 0) continue;
    parts.push(rest);
    length += rest.length;
    if (length > limit) throw tooLong(limit);
  }
  if (length > 0) yield withoutReturn(joined(parts));
}

function tooLong(limit: number): UsageError {
  return new UsageError(`a line is longer than ${limit} bytes`);
}

function withoutReturn(line: Uint8Array): Uint8Array {
  return line.at(-1) === CARRIAGE_RETURN ? line.subarray(0, -1) : line;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0]!;
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    all.set(part, offset);
    offset += part.length;
  }
  return all;
}
