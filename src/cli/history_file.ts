import type { System } from "./system.ts";
import { UsageError } from "./usage_error.ts";

/**
 * What was typed before, the latest first: the file has a line each, the latest last.
 *
 * @throws {UsageError} for a file that is there and cannot be read.
 */
export async function readHistory(system: System, path: string | undefined): Promise<readonly string[]> {
  if (path === undefined) return [];
  try {
    return (await system.readText(path)).split("\n").filter((line) => line !== "").reverse();
  } catch (error) {
    if ((error as { code?: string }).code === "ENOENT") return [];
    throw unusable(path, error);
  }
}

/** Keeps what was typed. */
export async function writeHistory(
  system: System,
  path: string | undefined,
  lines: readonly string[],
): Promise<void> {
  if (path === undefined) return;
  try {
    await system.writeText(path, lines.toReversed().map((line) => `${line}\n`).join(""));
  } catch (error) {
    throw unusable(path, error);
  }
}

function unusable(path: string, error: unknown): UsageError {
  return new UsageError(`--history: cannot use ${JSON.stringify(path)}: ${(error as Error).message}`);
}
