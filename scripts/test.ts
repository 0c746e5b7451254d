// Runs every test on every runtime, and the checks:
//   node scripts/test.ts [--runtime deno|bun|node|checks]... [part of a file's path]...
import { availableParallelism } from "node:os";
import path from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { checks } from "./checks.ts";
import { runCommand, seconds } from "./command.ts";
import { type Batch, batchesOf, runBatch, runtimes } from "./runtimes.ts";
import { testFiles } from "./test_files.ts";

interface Totals {
  passed: number;
  failed: number;
  skipped: number;
}

const { values, positionals: filters } = parseArgs({
  allowPositionals: true,
  options: { runtime: { type: "string", multiple: true } },
});
const known = [...runtimes, "checks"];
const unknown = values.runtime?.find((name) => !known.includes(name));
if (unknown !== undefined) {
  console.log(`Running the tests: expected one of ${known.join(", ")} as --runtime, got ${unknown}`);
  process.exit(2);
}
const isWanted = (name: string) =>
  values.runtime?.includes(name) ?? (name !== "checks" || filters.length === 0);

// One seed for the properties of all runtimes, so that a batch that is run again fails again.
process.env.FUZZ_SEED ??= String(Math.floor(Math.random() * 2 ** 31));
console.log(`FUZZ_SEED=${process.env.FUZZ_SEED}`);

/** How many of the slowest processes are told: where to look when the whole takes too long. */
const SLOWEST = 12;

const totals: Totals = { passed: 0, failed: 0, skipped: 0 };
await runAllTests();
if (isWanted("checks")) await runChecks();

const skipped = totals.skipped > 0 ? `, ${totals.skipped} skipped` : "";
console.log(`${totals.passed} passed, ${totals.failed} failed${skipped}`);
// By exitCode, so that what was printed gets out.
process.exitCode = totals.failed > 0 ? 1 : 0;

/** One process more at a time than there are cores: a third of their time tests wait. */
async function runAllTests(): Promise<void> {
  const files = await testFiles(filters);
  const wanted = runtimes.filter(isWanted);
  if (files.length === 0) {
    return report("no test file to run", { passed: 0, failed: wanted.length, skipped: 0 });
  }
  const waiting = wanted.flatMap((runtime) => batchesOf(runtime, files));
  const running = new Set<Batch>();
  const durations: { readonly name: string; readonly durationMs: number }[] = [];
  const counts = new Map(
    wanted.map((runtime) => [runtime, { passed: 0, failed: 0, skipped: 0, durationMs: 0 }]),
  );
  const progress = setInterval(() => {
    console.log(`still running: ${[...running].map(nameOf).join(", ")}; ${waiting.length} more wait`);
  }, 30_000);
  const worker = async () => {
    for (let batch = waiting.shift(); batch !== undefined; batch = waiting.shift()) {
      running.add(batch);
      const result = await runBatch(batch);
      running.delete(batch);
      durations.push({ name: nameOf(batch), durationMs: result.durationMs });
      const total = counts.get(batch.runtime)!;
      total.passed += result.passed;
      total.failed += result.failed;
      total.skipped += result.skipped;
      total.durationMs += result.durationMs;
      for (const name of result.unstable) {
        console.log(`UNSTABLE on ${batch.runtime}, passed when run again: ${name}`);
      }
      if (result.output.trim() !== "") console.log(`\n${result.output.trim()}\n`);
      for (const failure of result.failures) console.log(`FAILED on ${batch.runtime}: ${failure}`);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() + 1 }, worker)).finally(() =>
    clearInterval(progress)
  );
  const slowest = durations.sort((a, b) => b.durationMs - a.durationMs).slice(0, SLOWEST)
    .map(({ name, durationMs }) => `${name} (${seconds(durationMs)})`);
  if (slowest.length > 0) console.log(`The slowest: ${slowest.join(", ")}`);
  for (const [runtime, { durationMs, ...total }] of counts) {
    const { passed, failed, skipped } = total;
    report(
      `${runtime}: ${passed} passed, ${failed} failed, ${skipped} skipped (${seconds(durationMs)})`,
      total,
    );
  }
}

function nameOf({ runtime, files }: Batch): string {
  return `${runtime} ${files.length === 1 ? files[0] : path.dirname(files[0]!)}`;
}

async function runChecks(): Promise<void> {
  for (const { name, command } of checks) {
    const { code, output, durationMs } = await runCommand(command);
    const failed = code === 0 ? 0 : 1;
    report(`check: ${name}, ${failed ? "FAILED" : "ok"} (${seconds(durationMs)})`, {
      passed: 1 - failed,
      failed,
      skipped: 0,
    });
    if (failed) console.log(`\n${command.join(" ")}\n${output.trim()}\n`);
  }
}

function report(line: string, counts: Totals): void {
  console.log(line);
  totals.passed += counts.passed;
  totals.failed += counts.failed;
  totals.skipped += counts.skipped;
}
