import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { stripVTControlCharacters } from "node:util";
import { runCommand } from "./command.ts";
import { parseJUnit, type TestCase } from "./junit.ts";

/** The runtimes that the tests run on. */
export const runtimes = ["deno", "bun", "node"] as const;
export type Runtime = (typeof runtimes)[number];

/** Test files that run in one process. */
export interface Batch {
  readonly runtime: Runtime;
  readonly files: readonly string[];
}

/** How the tests of a batch went. */
export interface BatchResult {
  /** Every test, of the last run. */
  readonly cases: readonly TestCase[];
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly durationMs: number;
  /** Why, for each failure that has a name. */
  readonly failures: readonly string[];
  /** Failures that did not come again when the batch was run once more: to be looked into. */
  readonly unstable: readonly string[];
  /** What the runtime printed where a test failed, without its lines on tests that passed. */
  readonly output: string;
}

/** A batch may take this long. */
const limitMs = 10 * 60_000;

/** What runs in one process: a folder's files, or a file. */
export function batchesOf(runtime: Runtime, files: readonly string[]): readonly Batch[] {
  // Node loses results between the processes of `node --test` and their parent when told to force the exit
  // (nodejs/node#64833), and hangs on a leaked handle when not. So each file runs by itself.
  if (runtime === "node") return files.map((file) => ({ runtime, files: [file] }));
  const folders = new Map<string, string[]>();
  for (const file of files) {
    const folder = path.dirname(file);
    folders.set(folder, [...(folders.get(folder) ?? []), file]);
  }
  return [...folders.values()].map((files) => ({ runtime, files }));
}

/**
 * Runs the tests of a batch, and counts by the runtime's JUnit report. A machine that many share can make a wait too
 * long: what fails twice has failed, what fails once is told.
 */
export async function runBatch(batch: Batch): Promise<BatchResult> {
  const first = await runOnce(batch);
  if (first.failed === 0) return { ...first, output: "", unstable: [] };
  const second = await runOnce(batch);
  return {
    ...second,
    durationMs: first.durationMs + second.durationMs,
    unstable: second.failed === 0 ? first.failures : [],
    output: [first.output, second.failed === 0 ? "" : second.output].join("\n"),
  };
}

async function runOnce({ runtime, files }: Batch): Promise<Omit<BatchResult, "unstable">> {
  const directory = await mkdtemp(path.join(tmpdir(), "websocket-tests-"));
  try {
    const report = path.join(directory, "report.xml");
    const text = path.join(directory, "report.txt");
    const paths = files.map((file) => `./${file}`);
    const result = await runCommand([runtime, ...argumentsFor(runtime, report, text), ...paths], { limitMs });
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
      cases,
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
