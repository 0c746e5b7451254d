import { readFile, writeFile } from "node:fs/promises";
import process from "node:process";
import type { Readable, Writable } from "node:stream";

/** Signals that ask the command to end. */
export type EndSignal = "SIGINT" | "SIGTERM";

/** What the command needs of the world around it, beside the network. */
export interface System {
  readonly input: Readable;
  readonly output: Writable;
  /** For errors and notes. */
  readonly errors: Writable;
  readonly isInputTerminal: boolean;
  readonly isOutputTerminal: boolean;
  readonly isErrorTerminal: boolean;
  /** Whether the user wants no colours anywhere: NO_COLOR. */
  readonly noColor: boolean;
  /** Width of the terminal, in columns. */
  columns(): number;
  /** Reads a text file. */
  readText(path: string): Promise<string>;
  /** Writes a text file that nobody else may read. */
  writeText(path: string, text: string): Promise<void>;
  /** Calls `listener` for each signal, until the function answered is called. */
  onSignal(listener: (signal: EndSignal) => void): () => void;
}

/** The process's own. Its environment is asked for NO_COLOR alone, and in Deno not even that. */
export function processSystem(): System {
  return {
    input: process.stdin,
    output: process.stdout,
    errors: process.stderr,
    isInputTerminal: process.stdin.isTTY === true,
    isOutputTerminal: process.stdout.isTTY === true,
    isErrorTerminal: process.stderr.isTTY === true,
    noColor: isColorUnwanted(),
    columns: () => process.stdout.columns || 80,
    readText: (path) => readFile(path, "utf8"),
    writeText: (path, text) => writeFile(path, text, { mode: 0o600 }),
    onSignal(listener) {
      const onInterrupt = (): void => listener("SIGINT");
      const onTerminate = (): void => listener("SIGTERM");
      process.on("SIGINT", onInterrupt);
      process.on("SIGTERM", onTerminate);
      return () => {
        process.off("SIGINT", onInterrupt);
        process.off("SIGTERM", onTerminate);
      };
    },
  };
}

/** https://no-color.org: set, and not empty. Deno has looked already, which needs no permission. */
function isColorUnwanted(): boolean {
  const { Deno } = globalThis as { Deno?: { readonly noColor: boolean } };
  return Deno?.noColor ?? (process.env.NO_COLOR ?? "") !== "";
}
