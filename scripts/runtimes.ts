import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { stripVTControlCharacters } from "node:util";
import { type CommandOptions, runCommand } from "./command.ts";
import { parseJUnit, type TestCase } from "./junit.ts";

/** The runtimes that the tests run on. */
export const runtimes = ["deno", "bun", "node"] as const;
export type Runtime = (typeof runtimes)[number];

/** How a run of the tests on one runtime went. */
export interface RuntimeResult {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly durationMs: number;
  /** Why, for each failure that has a name. */
  readonly failures: readonly string[];
  /** Failures that did not come again when their batch was run once more: to be looked into. */
  readonly unstable: readonly string[];
  /** What the runtime printed, without its lines on tests that passed. */
  readonly output: string;
}

/** All files of one runtime together may take this long. */
const limitMs = 10 * 60_000;

/** Runs test files on a runtime, and counts by its JUnit reports. */
export async function runTests(
  runtime: Runtime,
  files: readonly string[],
  options: Pick<CommandOptions, "onLine"> = {},
): Promise<RuntimeResult> {
  const total = { passed: 0, failed: 0, skipped: 0, durationMs: 0, output: "" };
  const failures: string[] = [];
  const unstable: string[] = [];
  for (const batch of batchesOf(runtime, files)) {
    if (batch.length === 1) options.onLine?.(batch[0]!);
    const run = () => runBatch(runtime, batch, { ...options, limitMs: limitMs - total.durationMs });
    let result = await run();
    total.durationMs += result.durationMs;
    // A machine that many share can make a wait too long. What fails twice has failed; what fails once is told.
    if (result.failed > 0 && total.durationMs < limitMs) {
      total.output += `${result.output}\n`;
      const first = result.failures;
      result = await run();
      total.durationMs += result.durationMs;
      if (result.failed === 0) unstable.push(...first);
    }
    total.passed += result.passed;
    total.failed += result.failed;
    total.skipped += result.skipped;
    failures.push(...result.failures);
    if (result.failed > 0) total.output += `${result.output}\n`;
    if (total.durationMs >= limitMs) break;
  }
  return { ...total, failures, unstable };
}

/** What runs in one process: a folder's files. */
function batchesOf(runtime: Runtime, files: readonly string[]): readonly (readonly string[])[] {
  // Node loses results between the processes of `node --test` and their parent when told to force the exit
  // (nodejs/node#64833), and hangs on a leaked handle when not. So each file runs by itself.
  if (runtime === "node") return files.map((file) => [file]);
  const folders = new Map<string, string[]>();
  for (const file of files) {
    const folder = path.dirname(file);
    folders.set(folder, [...(folders.get(folder) ?? []), file]);
  }
  return [...folders.values()];
}

async function runBatch(
  runtime: Runtime,
  files: readonly string[],
  options: CommandOptions,
): Promise<Omit<RuntimeResult, "unstable">> {
  const directory = await mkdtemp(path.join(tmpdir(), "websocket-tests-"));
  try {
    const report = path.join(directory, "report.xml");
    const text = path.join(directory, "report.txt");
    const paths = files.map((file) => `./${file}`);
    const result = await runCommand([runtime, ...argumentsFor(runtime, report, text), ...paths], options);
    const { cases, problem } = await readReport(report);

    const count = (outcome: TestCase["outcome"]) => cases.filter((test) => test.outcome === outcome).length;
    const failures = cases.filter(({ outcome }) => outcome === "failed").map(({ name }) => name);
    const subject = files.length === 1 ? files[0] : runtime;
    if (result.timedOut) failures.push(`${subject} did not end in time and was killed`);
    else if (problem !== undefined) failures.push(`${subject} ended with code ${result.code}: ${problem}`);
    else if (result.code !== 0 && failures.length === 0) {
      failures.push(`${subject} ended with code ${result.code}, though no test failed`);
    } else if (cases.length === 0) failures.push(`${subject} ran no test`);

    return {
      passed: count("passed"),
      failed: failures.length,
      skipped: count("skipped"),
      durationMs: result.durationMs,
      failures,
      output: withoutSuccesses(result.output + await readFile(text, "utf8").catch(() => "")),
    };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function readReport(report: string): Promise<{ cases: TestCase[]; problem?: string }> {
  if (!existsSync(report)) return { cases: [], problem: "no test ran to its end" };
  try {
    return { cases: parseJUnit(await readFile(report, "utf8")) };
  } catch (error) {
    return { cases: [], problem: (error as Error).message };
  }
}

function argumentsFor(runtime: Runtime, report: string, text: string): string[] {
  switch (runtime) {
    case "deno":
      return ["test", "-A", "--no-check", `--junit-path=${report}`];
    case "bun":
      return ["test", "--timeout", "30000", "--reporter=junit", `--reporter-outfile=${report}`];
    case "node":
      return [
        "--test-force-exit",
        "--test-reporter=junit",
        `--test-reporter-destination=${report}`,
        // To a file as well: a pipe is not flushed before a forced exit.
        "--test-reporter=spec",
        `--test-reporter-destination=${text}`,
      ];
  }
}

function withoutSuccesses(output: string): string {
  const success = /^\s*(\(pass\)|✔|﹣|.* \.\.\. (ok|ignored) \()/;
  return stripVTControlCharacters(output).split("\n").filter((line) => !success.test(line)).join("\n").trim();
}
