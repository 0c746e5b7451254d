import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
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
  /** What the runtime printed, without its lines on tests that passed. */
  readonly output: string;
}

/** Runs test files on a runtime, and counts by its JUnit report. */
export async function runTests(
  runtime: Runtime,
  files: readonly string[],
  options: CommandOptions = {},
): Promise<RuntimeResult> {
  const directory = await mkdtemp(path.join(tmpdir(), "websocket-tests-"));
  try {
    const report = path.join(directory, "report.xml");
    const result = await runCommand([
      runtime,
      ...argumentsFor(runtime, report),
      ...files.map((file) => `./${file}`),
    ], options);
    const cases = parseJUnit(await readFile(report, "utf8").catch(() => ""));
    const failures = cases.filter(({ outcome }) => outcome === "failed").map(({ name }) => name);

    const count = (outcome: TestCase["outcome"]) => cases.filter((test) => test.outcome === outcome).length;
    const passed = count("passed");
    if (result.timedOut) {
      failures.push(`${runtime} did not end in ${result.durationMs / 1000} s and was killed`);
    } else if (result.code !== 0 && failures.length === 0) {
      failures.push(`${runtime} ended with code ${result.code}, though none of its tests failed`);
    } else if (passed === 0 && failures.length === 0) failures.push(`${runtime} ran no test`);

    return {
      passed,
      failed: failures.length,
      skipped: count("skipped"),
      durationMs: result.durationMs,
      failures,
      output: withoutSuccesses(result.output),
    };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function argumentsFor(runtime: Runtime, report: string): string[] {
  switch (runtime) {
    case "deno":
      return ["test", "-A", "--no-check", `--junit-path=${report}`];
    case "bun":
      return ["test", "--timeout", "30000", "--reporter=junit", `--reporter-outfile=${report}`];
    case "node":
      return [
        "--test",
        "--test-force-exit",
        "--test-reporter=spec",
        "--test-reporter-destination=stdout",
        "--test-reporter=junit",
        `--test-reporter-destination=${report}`,
      ];
  }
}

function withoutSuccesses(output: string): string {
  const success = /^\s*(\(pass\)|✔|﹣|.* \.\.\. (ok|ignored) \()/;
  return output.split("\n").filter((line) => !success.test(line)).join("\n").trim();
}
