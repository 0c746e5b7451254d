// Runs the properties for long, on every runtime:
//   node scripts/fuzz.ts [--seconds 10] [--seed N] [--runtime deno|bun|node]... [part of a file's path]...
// Each property gets so many seconds; tests/properties/property.ts says how a failure is run again.
import process from "node:process";
import { parseArgs } from "node:util";
import { COUNT_LINE } from "../tests/properties/property.ts";
import { runCommand, seconds as inSeconds } from "./command.ts";
import { type Runtime, runtimes } from "./runtimes.ts";
import { testFiles } from "./test_files.ts";

const { values, positionals: filters } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: "string", default: "10" },
    seed: { type: "string", default: String(Math.floor(Math.random() * 2 ** 31)) },
    runtime: { type: "string", multiple: true, default: [...runtimes] },
  },
});

/** How each runtime runs one file of tests, however long they take. */
const commands: Readonly<Record<Runtime, readonly string[]>> = {
  deno: ["deno", "test", "-A", "--no-check"],
  bun: ["bun", "test", "--timeout", "86400000"],
  node: ["node", "--test-force-exit"],
};

const files = (await testFiles(filters)).filter((file) => file.startsWith("tests/properties/"));
Object.assign(process.env, { FUZZ_SECONDS: values.seconds, FUZZ_SEED: values.seed });
console.log(`FUZZ_SEED=${values.seed}, ${values.seconds} s for each property`);

let total = 0;
let failed = 0;
for (const runtime of runtimes.filter((name) => values.runtime.includes(name))) {
  for (const file of files) {
    const { code, output, durationMs } = await runCommand([...commands[runtime], `./${file}`], {
      // No file has more properties than this.
      limitMs: (Number(values.seconds) + 30) * 20_000,
    });
    const counts = Array.from(output.matchAll(COUNT_LINE), ([, count]) => Number(count));
    const cases = counts.reduce((sum, count) => sum + count, 0);
    total += cases;
    console.log(
      `${runtime}: ${file}: ${cases} cases in ${counts.length} properties (${inSeconds(durationMs)})`,
    );
    if (code === 0) continue;
    failed++;
    console.log(`FAILED on ${runtime}: ${file}\n${output.trim()}\n`);
  }
}
console.log(`${total} cases, ${failed} files failed`);
process.exitCode = failed > 0 || files.length === 0 ? 1 : 0;
