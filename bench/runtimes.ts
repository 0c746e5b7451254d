import { fileURLToPath } from "node:url";

/** The runtimes that are compared. */
export const RUNTIMES = ["deno", "bun", "node"] as const;

/** One of {@linkcode RUNTIMES}. */
export type Runtime = typeof RUNTIMES[number];

const ARGUMENTS: Record<Runtime, readonly string[]> = {
  deno: ["run", "-A", "--no-check", "--v8-flags=--expose-gc"],
  bun: [],
  node: ["--disable-warning=ExperimentalWarning", "--expose-gc"],
};

/** How a program is started in a runtime: the one that package.json pins. */
export function runtimeCommand(runtime: Runtime): { command: string; args: readonly string[] } {
  const command = fileURLToPath(new URL(`../node_modules/.bin/${runtime}`, import.meta.url));
  return { command, args: ARGUMENTS[runtime] };
}

/** The runtime that this program runs in. */
export function currentRuntime(): Runtime {
  if ("Deno" in globalThis) return "deno";
  return "Bun" in globalThis ? "bun" : "node";
}
