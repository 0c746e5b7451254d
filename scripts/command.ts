import { type ChildProcess, spawn } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";

/** How a command went. */
export interface CommandResult {
  readonly code: number | null;
  /** Standard output and standard error, as they came. */
  readonly output: string;
  readonly durationMs: number;
  readonly timedOut: boolean;
}

/** How to run a command. */
export interface CommandOptions {
  /** After this time the command and what it started are killed. Default: 10 minutes. */
  limitMs?: number;
  /** Is given each line of the output as it comes. */
  onLine?: (line: string) => void;
}

/** Where Node keeps modules without their types, compiled: without it each process and each thread does that anew. */
const compileCache = fileURLToPath(new URL("../node_modules/.cache/node", import.meta.url));

const running = new Set<ChildProcess>();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    for (const child of running) kill(child);
    process.exit(1);
  });
}

/** Runs a command to its end, or to the end of its time. A command that cannot be started has code `null`. */
export function runCommand(command: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  const { limitMs = 10 * 60_000, onLine } = options;
  const [name = "", ...args] = command;
  const startedAt = performance.now();
  const child = spawn(name, args, {
    // A group of its own, so that a runtime which hangs goes with the processes it has started.
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      NODE_COMPILE_CACHE: compileCache,
      ...process.env,
      NO_COLOR: "1",
      FORCE_COLOR: undefined,
      DENO_NO_UPDATE_CHECK: "1",
    },
  });
  running.add(child);

  let output = "";
  let timedOut = false;
  for (const stream of [child.stdout, child.stderr]) {
    let line = "";
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      const lines = (line + text).split("\n");
      line = lines.pop()!;
      if (onLine) lines.forEach(onLine);
    });
  }
  const timer = setTimeout(() => {
    timedOut = true;
    kill(child);
  }, limitMs);

  return new Promise((resolve) => {
    const end = (code: number | null) => {
      clearTimeout(timer);
      running.delete(child);
      resolve({ code, output, timedOut, durationMs: performance.now() - startedAt });
    };
    child.once("error", (error) => {
      output += `${error.message}\n`;
      end(null);
    });
    child.once("close", end);
  });
}

function kill(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // It has ended in the meantime.
  }
}

/** `1.2 s`, for people. */
export function seconds(durationMs: number): string {
  return `${(durationMs / 1000).toFixed(1)} s`;
}
