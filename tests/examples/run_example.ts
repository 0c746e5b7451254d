import { type ChildProcess, spawn } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";

/** How an example is to be run. */
export interface RunOptions {
  readonly args?: readonly string[];
  /** Is called when a line has been printed. */
  readonly onLine?: (line: string, child: ChildProcess) => void;
  /** How long it may take, in milliseconds. Default: what a test may. */
  readonly limitMs?: number;
}

/** Bun gives a test 5 s, and its programs start fast; Node's take a second on a busy machine. */
const defaultLimitMs = "Bun" in globalThis ? 4_500 : 20_000;

/**
 * Runs a program in a process of its own, on the runtime of the test, and answers the lines it printed.
 * Rejects when it fails, prints to standard error, or does not end.
 */
export async function runExample(program: URL, options: RunOptions = {}): Promise<string[]> {
  const command = [...runtimeArguments(), fileURLToPath(program), ...options.args ?? []];
  const child = spawn(process.execPath, command, {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, NO_COLOR: "1", FORCE_COLOR: undefined, DENO_NO_UPDATE_CHECK: "1" },
  });
  const timer = setTimeout(() => child.kill("SIGKILL"), options.limitMs ?? defaultLimitMs);

  let errors = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => errors += text);
  const lines: string[] = [];
  let rest = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    const complete = (rest + text).split("\n");
    rest = complete.pop()!;
    for (const line of complete) {
      lines.push(line);
      options.onLine?.(line, child);
    }
  });
  const outcome = await new Promise<string>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve(`${signal ?? code}`));
  }).finally(() => clearTimeout(timer));
  if (outcome === "0" && errors === "") return lines;
  throw new Error(`${program.pathname} ended with ${outcome}:\n${lines.join("\n")}\n${errors}`);
}

function runtimeArguments(): string[] {
  if ("Deno" in globalThis) return ["run", "-A", "--no-check"];
  // Node says to standard error that its FFI is experimental.
  return "Bun" in globalThis ? [] : ["--disable-warning=ExperimentalWarning"];
}
