/**
 * The comparison with other WebSocket clients, in every runtime: `node bench/run.ts`, see README.md.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { cpus, loadavg } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { Finding } from "./ask.ts";
import { contestantsOf } from "./contestants/contestant.ts";
import { buildNative, NATIVE_CONTESTANTS } from "./native/build.ts";
import { formatPercentiles } from "./percentiles.ts";
import { publish } from "./publish.ts";
import { runProgram } from "./program.ts";
import { contestantsFor, type Question, QUESTIONS } from "./questions.ts";
import { type Answer, compare, formatTable } from "./report.ts";
import { type Runtime, RUNTIMES } from "./runtimes.ts";
import { Servers } from "./server/kinds.ts";

const { values: options } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    runtime: { type: "string", default: RUNTIMES.join() },
    question: { type: "string", default: "" },
    contestant: { type: "string", default: "" },
    repetitions: { type: "string" },
    duration: { type: "string" },
    publish: { type: "boolean", default: false },
  },
});
const repetitions = Number(options.repetitions ?? (options.quick ? 2 : 5));
const duration = Number(options.duration ?? (options.quick ? 200 : 500));

const runtimes = RUNTIMES.filter((runtime) => options.runtime.split(",").includes(runtime));
const asked = QUESTIONS.filter((question) =>
  (!options.quick || question.quick === true) && question.name.includes(options.question)
);
const needsNative = asked.some(({ server, others = [] }) =>
  server === "native" || others.some((name) => NATIVE_CONTESTANTS.includes(name))
);
const native = needsNative ? await buildNative() : { contestants: {} };

/** Beyond, other programs compete with the two processes of a run, and polling most of all. */
const QUIET = 0.5;
const [load] = loadavg();
if (load > QUIET) console.log(`The machine is busy (load ${load.toFixed(1)}): take the numbers with care.`);

const servers = new Servers(native);
const answers: Answer[] = [];
try {
  for (const runtime of runtimes) {
    const answersHere: Answer[] = [];
    for (const question of asked) {
      if (question.runtimes?.includes(runtime) ?? true) answersHere.push(await answer(question, runtime));
    }
    answers.push(...answersHere);
    console.log(`\n${runtime}\n\n${formatTable(answersHere)}${formatPercentiles(answersHere)}`);
  }
} finally {
  await servers.stop();
}
await save(answers);
if (options.publish) await publish({ answers, repetitions, duration, load });

/** Lets every contestant answer in turn, again and again: what disturbs the machine disturbs them alike. */
async function answer(question: Question, runtime: Runtime): Promise<Answer> {
  const server = await servers.for(question);
  const contestants = participants(question, runtime);
  const findings: Record<string, (Finding | null)[]> = Object.fromEntries(
    contestants.map((name) => [name, []]),
  );
  for (let repetition = 0; repetition < repetitions; repetition++) {
    for (const contestant of contestants) {
      process.stderr.write(
        `\r\x1b[K${runtime}: ${question.name}, ${contestant}, ${repetition + 1}/${repetitions}`,
      );
      const run = { runtime, contestant, native: native.contestants[contestant], server, duration };
      findings[contestant].push(await runProgram(question, run));
    }
  }
  process.stderr.write("\r\x1b[K");
  return { runtime, question, findings };
}

function participants(question: Question, runtime: Runtime): string[] {
  const hasClient = existsSync(new URL("../mod.ts", import.meta.url));
  const wanted = contestantsFor(question);
  return [...Object.keys(native.contestants), ...contestantsOf(runtime)].filter((name) =>
    wanted.has(name) &&
    (hasClient || !name.startsWith("silver9")) &&
    (options.contestant === "" || options.contestant.split(",").includes(name)) &&
    // The event loop's floor says whether the server is fast enough, and undici is hardly ever the best.
    !(options.quick && (name === "raw" || name === "raw-polling" || name === "undici"))
  );
}

async function save(answers: readonly Answer[]): Promise<void> {
  const directory = new URL("./results/", import.meta.url);
  await mkdir(directory, { recursive: true });
  const date = new Date().toISOString();
  const results = answers.map((answer) => ({ ...answer, comparison: compare(answer) }));
  const file = new URL(`${date.replaceAll(":", "-")}.json`, directory);
  const machine = { cpu: cpus()[0]?.model, cores: cpus().length, load, loadAfter: loadavg()[0] };
  await writeFile(file, JSON.stringify({ date, machine, options, results }, null, 1) + "\n");
  console.log(`\nEvery run: ${fileURLToPath(file)}`);
}
