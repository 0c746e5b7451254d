import process from "node:process";
import { WebSocketError } from "../core/errors.ts";
import { detectRuntime, type RuntimeName } from "./detect.ts";

/** Since when a runtime can do something. */
export interface Requirement {
  readonly runtime: RuntimeName;
  /** `1.2.3`: the first version that can. */
  readonly since: string;
  /** What it can do, as the beginning of a sentence. */
  readonly what: string;
}

/** Versions that this runtime is known to have reached: it is asked at each connect. */
const met = new Set<string>();

/**
 * Refuses by name what this runtime is too old for, where it would otherwise crash, hang or fail in words of its own.
 * Other runtimes are not concerned.
 *
 * @throws {WebSocketError} `InvalidConfiguration`.
 */
export function requireVersion({ runtime, since, what }: Requirement): void {
  if (detectRuntime() !== runtime) return;
  if (met.has(since)) return;
  const version = process.versions[runtime]!;
  if (isAtLeast(version, since)) return void met.add(since);
  const name = { deno: "Deno", bun: "Bun", node: "Node" }[runtime];
  const message = `${what} needs ${name} ${since} or later; this is ${version}`;
  throw new WebSocketError("InvalidConfiguration", message);
}

/** Compares versions; what is behind a hyphen is not looked at. */
export function isAtLeast(version: string, least: string): boolean {
  const numbers = version.split("-")[0]!.split(".").map(Number);
  for (const [index, wanted] of least.split(".").map(Number).entries()) {
    const number = numbers[index] ?? 0;
    if (number !== wanted) return number > wanted;
  }
  return true;
}
