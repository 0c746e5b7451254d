// Runs blocks of code one after the other, each a module of its own, and prints a line of JSON for each:
//   block_program.ts [{ "file": …, "lines": how many it is to print }, …] [leaves what is open]
import process from "node:process";
import { format } from "node:util";
import { type BlockOutcome, type BlockToRun, OUTCOME_MARK } from "./block_outcome.ts";

/** A block may take this long to print what it says. */
const limitMs = 10_000;

const blocks: readonly BlockToRun[] = JSON.parse(process.argv[2]!);
let fail: (error: unknown) => void;
process.on("unhandledRejection", (error) => fail(error));
process.on("uncaughtException", (error) => fail(error));

for (const block of blocks) {
  const outcome = await run(block);
  console.log(OUTCOME_MARK + JSON.stringify(outcome));
}
if (process.argv[3] !== undefined) process.exit();

async function run({ file, lines: expected }: BlockToRun): Promise<BlockOutcome> {
  const lines: string[] = [];
  const printed = Promise.withResolvers<void>();
  const failed = Promise.withResolvers<never>();
  fail = failed.reject;
  const print = (...values: unknown[]) => {
    lines.push(...format(...values).split("\n"));
    if (lines.length >= expected) printed.resolve();
  };
  // Each block has a console of its own, so that what an earlier one prints late is not taken for this one's.
  Object.assign(globalThis, {
    pageConsole: { log: print, debug: print, info: print, warn: print, error: print },
  });
  const timer = setTimeout(() => fail(new Error(`printed ${lines.length} of ${expected} lines`)), limitMs);
  try {
    await Promise.race([import(file), failed.promise]);
    // What its callbacks print may come later.
    if (lines.length < expected) await Promise.race([printed.promise, failed.promise]);
    return { file, lines };
  } catch (error) {
    return { file, lines, error: format(error) };
  } finally {
    clearTimeout(timer);
  }
}
