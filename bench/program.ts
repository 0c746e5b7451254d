import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Finding } from "./ask.ts";
import { type Command, pinned } from "./pinning.ts";
import type { Question } from "./questions.ts";
import { type Runtime, runtimeCommand } from "./runtimes.ts";
import type { BenchServer } from "./server/start.ts";

/** A program that has not answered by then is stopped and counts as failed. */
const PROGRAM_TIMEOUT_MS = 30_000;

/** One run of one contestant. */
export interface ProgramRun {
  readonly runtime: Runtime;
  readonly contestant: string;
  /** The contestant is this command, and not a program of the runtime's. */
  readonly native?: readonly string[];
  readonly server: BenchServer;
  /** Milliseconds. */
  readonly duration: number;
}

/** Lets a contestant answer a question, in a process of its own. `null`: it failed. */
export async function runProgram(question: Question, run: ProgramRun): Promise<Finding | null> {
  const { command, args } = question.sameCore ? pinned(commandOf(question, run)) : commandOf(question, run);
  try {
    const { stdout } = await promisify(execFile)(command, args, {
      env: environment(question, run.server),
      timeout: PROGRAM_TIMEOUT_MS,
      killSignal: "SIGKILL",
    });
    return JSON.parse(stdout) as Finding;
  } catch (error) {
    console.error(
      `\n${run.runtime} ${question.program} ${run.contestant} failed: ${(error as Error).message}`,
    );
    return null;
  }
}

function commandOf(
  { program, size, connections }: Question,
  { runtime, contestant, native, server, duration }: ProgramRun,
): Command {
  const settings = { port: server.port, size, duration, "warm-up": Math.round(duration * 0.75) };
  const flags = Object.entries(settings).map(([name, value]) => `--${name}=${value}`);
  if (connections !== undefined) flags.push(`--connections=${connections}`);
  if (server.caFile !== undefined) flags.push("--tls");
  if (native !== undefined) {
    const [command = "", ...args] = native;
    if (program.startsWith("receive_")) flags.push("--receive");
    return { command, args: [...args, contestant, ...flags] };
  }
  const { command, args } = runtimeCommand(runtime);
  return { command, args: [...args, fileURLToPath(new URL(program, import.meta.url)), contestant, ...flags] };
}

function environment({ program }: Question, { caFile }: BenchServer): NodeJS.ProcessEnv {
  return {
    ...process.env,
    // See memory.ts; setting it elsewhere would measure an engine that nobody uses.
    ...(program === "memory.ts" ? { BUN_JSC_useGC: "0" } : {}),
    // Node and Bun; Deno; OpenSSL.
    ...(caFile === undefined
      ? {}
      : { NODE_EXTRA_CA_CERTS: caFile, DENO_CERT: caFile, SSL_CERT_FILE: caFile }),
  };
}
