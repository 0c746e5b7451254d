/**
 * A WebSocket client for the terminal: a session with line editing, pipes, round-trip times, and a measurement of echo
 * servers.
 *
 * ```sh ignore
 * deno run -N jsr:@silver9/websocket/cli wss://example.com/feed
 * deno run -N jsr:@silver9/websocket/cli --help
 * ```
 *
 * It runs when it is the program's entry point. A program that wants it as a part calls {@linkcode runCommandLine}.
 *
 * @module
 */
import process from "node:process";
import { runCommand } from "./run_command.ts";
import { processSystem } from "./system.ts";

/**
 * Runs the command with these arguments, on the process's own input and output; its signals are listened to meanwhile.
 * Errors are told on the error output. Does not throw.
 *
 * @param args as behind the command's name, for example `["--ping", "wss://example.com/feed"]`.
 * @returns the exit code: 0 for a clean end; `--help` lists them.
 *
 * @example
 * ```ts
 * import { runCommandLine } from "@silver9/websocket/cli";
 *
 * const code = await runCommandLine(["--version"]);
 * ```
 */
export function runCommandLine(args: readonly string[]): Promise<number> {
  return runCommand(args, processSystem());
}

// At once: the input may keep the process alive, and all output has left.
if (import.meta.main) process.exit(await runCommandLine(process.argv.slice(2)));
