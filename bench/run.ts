/**
 * The comparison with other WebSocket clients, in every runtime: `node bench/run.ts`, see README.md.
 *
 * @module
 */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { cpus, loadavg } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import type { Finding } from "./ask.ts";
import { contestantsOf } from "./contestants/contestant.ts";
import { PEERS, type Question, QUESTIONS } from "./questions.ts";
import { type Answer, compare, formatTable } from "./report.ts";
import { type Runtime, runtimeCommand, RUNTIMES } from "./runtimes.ts";
import { type BenchServer, startServer } from "./server/start.ts";

/** A program that has not answered by then is stopped and counts as failed. */
const PROGRAM_TIMEOUT_MS = 30_000;

const { values: options } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    runtime: { type: "string", default: RUNTIMES.join() },
    question: { type: "string", default: "" },
    contestant: { type: "string", default: "" },
    repetitions: { type: "string" },
    duration: { type: "string" },
  },
});
const repetitions = Number(options.repetitions ?? (options.quick ? 2 : 5));
const duration = Number(options.duration ?? (options.quick ? 200 : 500));

/** Beyond, other programs compete with the two processes of a run, and polling most of all. */
const QUIET = 0.5;
const [load] = loadavg();
if (load > QUIET) console.log(`The machine is busy (load ${load.toFixed(1)}): take the numbers with care.`);

const server = await startServer();
const answers: Answer[] = [];
try {
  for (const runtime of RUNTIMES.filter((runtime) => options.runtime.split(",").includes(runtime))) {
    const questions = QUESTIONS.filter((question) => isAsked(question, runtime));
    const answersHere: Answer[] = [];
    for (const question of questions) answersHere.push(await answer(question, { runtime, server }));
    answers.push(...answersHere);
    console.log(`\n${runtime}\n\n${formatTable(answersHere)}`);
  }
} finally {
  server.stop();
}
await save(answers);

function isAsked(question: Question, runtime: Runtime): boolean {
  return (question.runtimes?.includes(runtime) ?? true) &&
    (!options.quick || question.quick === true) &&
    question.name.includes(options.question);
}

/** Lets every contestant answer in turn, again and again: what disturbs the machine disturbs them alike. */
async function answer(
  question: Question,
  { runtime, server }: { runtime: Runtime; server: BenchServer },
): Promise<Answer> {
  const contestants = contestantsFor(question, runtime);
  const findings: Record<string, (Finding | null)[]> = Object.fromEntries(
    contestants.map((name) => [name, []]),
  );
  for (let repetition = 0; repetition < repetitions; repetition++) {
    for (const contestant of contestants) {
      process.stderr.write(
        `\r\x1b[K${runtime}: ${question.name}, ${contestant}, ${repetition + 1}/${repetitions}`,
      );
      findings[contestant].push(await runProgram(question, { runtime, server, contestant }));
    }
  }
  process.stderr.write("\r\x1b[K");
  return { runtime, question, findings };
}

function contestantsFor(question: Question, runtime: Runtime): string[] {
  const hasClient = existsSync(new URL("../mod.ts", import.meta.url));
  const peers = question.peers ?? PEERS;
  const wanted = [question.floor ?? "raw", ...peers, question.subject ?? "silver9"];
  return contestantsOf(runtime).filter((name) =>
    wanted.includes(name) &&
    (hasClient || !name.startsWith("silver9")) &&
    (options.contestant === "" || options.contestant.split(",").includes(name)) &&
    // The floor says whether the server is fast enough, and undici is hardly ever the best.
    !(options.quick && (name.startsWith("raw") || name === "undici"))
  );
}

async function runProgram(
  { program, size }: Question,
  { runtime, server, contestant }: { runtime: Runtime; server: BenchServer; contestant: string },
): Promise<Finding | null> {
  const { command, args } = runtimeCommand(runtime);
  const path = fileURLToPath(new URL(program, import.meta.url));
  const settings = { port: server.port, size, duration, "warm-up": Math.round(duration * 0.75) };
  const flags = Object.entries(settings).map(([name, value]) => `--${name}=${value}`);
  // See memory.ts; setting it elsewhere would measure an engine that nobody uses.
  const env = program === "memory.ts" ? { ...process.env, BUN_JSC_useGC: "0" } : process.env;
  try {
    const { stdout } = await promisify(execFile)(command, [...args, path, contestant, ...flags], {
      env,
      timeout: PROGRAM_TIMEOUT_MS,
      killSignal: "SIGKILL",
    });
    return JSON.parse(stdout) as Finding;
  } catch (error) {
    const { message } = error as Error;
    console.error(`\n${runtime} ${program} ${contestant} failed: ${message}`);
    return null;
  }
}

async function save(answers: readonly Answer[]): Promise<void> {
  const directory = new URL("./results/", import.meta.url);
  await mkdir(directory, { recursive: true });
  const date = new Date().toISOString();
  const results = answers.map((answer) => ({ ...answer, comparison: compare(answer) }));
  const file = new URL(`${date.replaceAll(":", "-")}.json`, directory);
  const machine = { cpu: cpus()[0]?.model, cores: cpus().length, load };
  await writeFile(file, JSON.stringify({ date, machine, options, results }, null, 1) + "\n");
  console.log(`\nEvery run: ${fileURLToPath(file)}`);
}
