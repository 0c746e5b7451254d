// Runs every test on every runtime, and the checks:
//   node scripts/test.ts [--runtime deno|bun|node|checks]... [part of a file's path]...
import process from "node:process";
import { parseArgs } from "node:util";
import { checks } from "./checks.ts";
import { runCommand, seconds } from "./command.ts";
import { runTests, runtimes } from "./runtimes.ts";
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

const totals: Totals = { passed: 0, failed: 0, skipped: 0 };
// The checks need one core, and so do the tests, most of the time.
await Promise.all([runAllTests(), isWanted("checks") ? runChecks() : undefined]);

const skipped = totals.skipped > 0 ? `, ${totals.skipped} skipped` : "";
console.log(`${totals.passed} passed, ${totals.failed} failed${skipped}`);
// By exitCode, so that what was printed gets out.
process.exitCode = totals.failed > 0 ? 1 : 0;

async function runAllTests(): Promise<void> {
  const files = await testFiles(filters);
  for (const runtime of runtimes.filter(isWanted)) {
    if (files.length === 0) {
      report(`${runtime}: no test file to run`, { passed: 0, failed: 1, skipped: 0 });
      continue;
    }
    console.log(`${runtime}: running ${files.length} test files`);
    let last = "";
    const onLine = (line: string) => last = line.trim() || last;
    const stillRunning = setInterval(() => console.log(`${runtime}: still running, last: ${last}`), 30_000);
    const result = await runTests(runtime, files, { onLine }).finally(() => clearInterval(stillRunning));
    const counts = `${result.passed} passed, ${result.failed} failed, ${result.skipped} skipped`;
    report(`${runtime}: ${counts} (${seconds(result.durationMs)})`, result);
    for (const name of result.unstable) console.log(`UNSTABLE on ${runtime}, passed when run again: ${name}`);
    if (result.failed > 0) console.log(`\n${result.output}\n\n${failureList(runtime, result.failures)}\n`);
  }
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

function failureList(runtime: string, failures: readonly string[]): string {
  return failures.map((failure) => `FAILED on ${runtime}: ${failure}`).join("\n");
}
