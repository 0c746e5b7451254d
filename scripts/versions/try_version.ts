import { spawn } from "node:child_process";
import process from "node:process";
import type { Runtime } from "../runtimes.ts";

/** What is tried on every version: features of `tests/publishing/programs/try_feature.js`. */
export const features = [
  "non-blocking",
  "blocking",
  "async",
  "tls",
  "compression",
  "syscall",
  "syscall, tls",
] as const;

/** Servers for the features, and the project that has the module installed. */
export interface TryingGround {
  readonly project: string;
  readonly url: string;
  readonly tlsUrl: string;
  /** The file of the authority for `tlsUrl`. */
  readonly authority: string;
}

/** What each feature answered: `ok`, or why not. */
export type Answers = Readonly<Record<(typeof features)[number], string>>;

/** Milliseconds for one feature; a version that cannot do it may wait for ever. */
const LIMIT = 15_000;

/** Tries every feature with an executable, each in a process of its own. */
export async function tryVersion(
  runtime: Runtime,
  executable: string,
  ground: TryingGround,
): Promise<Answers> {
  const answers = [];
  for (const feature of features) {
    const target = feature.includes("tls") ? [ground.tlsUrl, ground.authority] : [ground.url];
    answers.push([
      feature,
      await answerOf([executable, ...argumentsFor(runtime), feature, ...target], ground.project),
    ]);
  }
  return Object.fromEntries(answers);
}

function argumentsFor(runtime: Runtime): string[] {
  const program = "try_feature.js";
  // Deno runs the sources, as it gets them from JSR.
  return runtime === "deno" ? ["run", "-A", "--no-check", "--import-map=imports.json", program] : [program];
}

function answerOf([name, ...args]: readonly string[], cwd: string): Promise<string> {
  const env = { ...process.env, NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1", DENO_NO_PACKAGE_JSON: "1" };
  const child = spawn(name!, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  const timer = setTimeout(() => child.kill("SIGKILL"), LIMIT);
  let printed = "";
  let complained = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => printed += text);
  child.stderr.setEncoding("utf8").on("data", (text: string) => complained += text);
  return new Promise<string>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => {
      // Some print the source of what failed, in one line.
      const why = (complained.split("\n").find((line) => /error/i.test(line)) ?? complained).slice(0, 200);
      if (printed.trim() === "ok" && code !== 0) resolve(`ended with ${signal ?? code}: ${why.trim()}`);
      else resolve(printed.trim() || `${signal ?? code}: ${why.trim()}`);
    });
  }).finally(() => clearTimeout(timer));
}
