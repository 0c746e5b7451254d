/**
 * How the properties are run. By default each runs as often as it says, from a seed of its own. Environment:
 *
 * - `FUZZ_SEED`: the seed to begin with, printed with every failure;
 * - `FUZZ_PATH`: with the seed, goes straight to the failing case, also printed;
 * - `FUZZ_RUNS`: how often each property runs;
 * - `FUZZ_SECONDS`: how long each property runs, instead.
 *
 * @module
 */
import fc from "fast-check";
import process from "node:process";

/** How a property runs unless the environment says otherwise. */
export interface PropertyOptions {
  /** Cases to try. */
  readonly runs: number;
  /** Cases that must be among them. */
  readonly examples?: readonly unknown[][];
}

/** Says in the output how much was tried, for whoever asked for a long run. */
export const COUNT_LINE: RegExp = /fuzz: (\d+) cases/g;

/** Fails with the smallest case found for which the property does not hold. */
export async function holds<T>(
  property: fc.IRawProperty<T, boolean>,
  { runs, examples }: PropertyOptions,
): Promise<void> {
  const path = process.env.FUZZ_PATH;
  const seconds = setting("FUZZ_SECONDS");
  const numRuns = seconds === undefined ? setting("FUZZ_RUNS") ?? runs : runs;
  const end = performance.now() + (seconds ?? 0) * 1000;
  let seed = setting("FUZZ_SEED") ?? Math.floor(Math.random() * 2 ** 31);
  let cases = 0;
  do {
    const all = { seed, path, numRuns, includeErrorInReport: true };
    const parameters = examples === undefined ? all : { ...all, examples: examples as T[] };
    const details = await fc.check(property, parameters);
    cases += details.numRuns;
    if (details.failed) {
      const again = `Again: FUZZ_SEED=${details.seed} FUZZ_PATH=${details.counterexamplePath}`;
      throw new Error(`${await fc.asyncDefaultReportMessage(details)}\n\n${again}`);
    }
    seed = (seed + 1) | 0;
  } while (performance.now() < end);
  if (seconds !== undefined) console.log(`fuzz: ${cases} cases`);
}

function setting(name: string): number | undefined {
  const value = process.env[name];
  if (value === undefined || value === "") return undefined;
  const number = Number(value);
  if (!Number.isFinite(number)) throw new TypeError(`${name} must be a number, is ${JSON.stringify(value)}`);
  return number;
}
