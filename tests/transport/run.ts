import { spawn } from "node:child_process";

/** What a program left behind. */
export interface Outcome {
  readonly code: number | null;
  /** Both standard output and standard error. */
  readonly output: string;
}

/** Runs a program of the same runtime to its end, which has to come within `limit` milliseconds. */
export function run(
  args: readonly string[],
  { variables = {}, limit = 60_000 }: { variables?: Record<string, string>; limit?: number } = {},
): Promise<Outcome> {
  const env: NodeJS.ProcessEnv = { ...process.env, NO_COLOR: "1", ...variables };
  // Set by a test runner for its children: it would make another one report to it.
  delete env.NODE_TEST_CONTEXT;
  const child = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (bytes) => output += bytes);
  const timer = setTimeout(() => child.kill("SIGKILL"), limit);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      clearTimeout(timer);
      resolve({ code, output });
    });
  });
}
