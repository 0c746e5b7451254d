import process from "node:process";
import { detectRuntime } from "../../src/transport/detect.ts";

/** The runtime that this test runs in. */
export const runtime: "deno" | "bun" | "node" = detectRuntime();

/** The command that runs a JavaScript program on it, with all permissions and without a type check. */
export function runtimeCommand(program: string, ...args: readonly string[]): string[] {
  const options = runtime === "deno" ? ["run", "-A", "--no-check", "--node-modules-dir=manual"] : [];
  return [process.execPath, ...options, program, ...args];
}
