// A test runner for Stryker. It runs the core's tests in its own process, where a mutant costs milliseconds
// rather than the start of a runtime, and of the tests only those that reach the mutant.
import type { InstrumenterContext } from "@stryker-mutator/api/core";
import { declareClassPlugin, PluginKind } from "@stryker-mutator/api/plugin";
import {
  determineHitLimitReached,
  type DryRunOptions,
  type DryRunResult,
  DryRunStatus,
  type MutantRunOptions,
  type MutantRunResult,
  type TestResult,
  type TestRunner,
  type TestRunnerCapabilities,
  TestStatus,
  toMutantRunResult,
} from "@stryker-mutator/api/test-runner";
import fc from "fast-check";
import path from "node:path";
import { type LoadedTest, loadTests } from "./test_environment.ts";

/** What the mutated code and the runner tell each other by. */
const context: InstrumenterContext = ((globalThis as { __stryker__?: InstrumenterContext }).__stryker__ = {});

// Properties meet every mutant with the same cases, and a mutant that has been caught need not be caught in few words.
fc.configureGlobal({ seed: 1, endOnFailure: true });

class InProcessRunner implements TestRunner {
  static readonly inject = [] as const;

  #tests: ReadonlyMap<string, LoadedTest> | undefined;

  capabilities(): TestRunnerCapabilities {
    return { reloadEnvironment: true };
  }

  async dryRun({ coverageAnalysis }: DryRunOptions): Promise<DryRunResult> {
    context.activeMutant = undefined;
    this.#tests = await loadTests("tests/core");
    const tests: TestResult[] = [];
    for (const test of this.#tests.values()) {
      if (coverageAnalysis === "perTest") context.currentTestId = test.id;
      tests.push(await runTest(test));
      context.currentTestId = undefined;
    }
    return { status: DryRunStatus.Complete, tests, mutantCoverage: context.mutantCoverage };
  }

  async mutantRun(options: MutantRunOptions): Promise<MutantRunResult> {
    const { activeMutant, hitLimit, mutantActivation, reloadEnvironment, testFilter } = options;
    const wanted = testFilter && new Set(testFilter);
    context.hitLimit = hitLimit;
    context.hitCount = hitLimit === undefined ? undefined : 0;
    context.activeMutant = mutantActivation === "static" ? activeMutant.id : undefined;
    try {
      if (reloadEnvironment) this.#tests = undefined;
      this.#tests ??= await loadTests("tests/core");
    } catch (error) {
      // A file that cannot be loaded with the mutant in it notices the mutant.
      const failure: TestResult = {
        id: "load",
        name: "load",
        timeSpentMs: 0,
        status: TestStatus.Failed,
        failureMessage: String(error),
      };
      return toMutantRunResult({ status: DryRunStatus.Complete, tests: [failure] });
    }
    context.activeMutant = activeMutant.id;
    const tests: TestResult[] = [];
    for (const test of nearestFirst([...this.#tests.values()], options.sandboxFileName)) {
      if (wanted !== undefined && !wanted.has(test.id)) continue;
      const result = await runTest(test);
      tests.push(result);
      const timeout = determineHitLimitReached(context.hitCount, context.hitLimit);
      if (timeout !== undefined) return toMutantRunResult(timeout);
      if (result.status === TestStatus.Failed) break;
    }
    if (mutantActivation === "static") this.#tests = undefined;
    return toMutantRunResult({ status: DryRunStatus.Complete, tests });
  }
}

/** First the tests of the mutated file, which mostly notice the mutant, and in less time than those of the whole. */
function nearestFirst(tests: readonly LoadedTest[], mutated: string): LoadedTest[] {
  const subject = path.basename(mutated, ".ts");
  const [near = [], far = []] = [true, false].map((isNear) =>
    tests.filter(({ file }) => path.basename(file).startsWith(subject) === isNear)
  );
  return [...near, ...far];
}

async function runTest({ id, name, file, run }: LoadedTest): Promise<TestResult> {
  const startedAt = performance.now();
  const outcome = async () => {
    try {
      await run();
      return { status: TestStatus.Success } as const;
    } catch (error) {
      return { status: TestStatus.Failed, failureMessage: String(error) } as const;
    }
  };
  const how = await outcome();
  return { id, name, fileName: file, timeSpentMs: performance.now() - startedAt, ...how };
}

export const strykerPlugins = [declareClassPlugin(PluginKind.TestRunner, "in-process", InProcessRunner)];
