// An hour of everything at once, on each runtime side by side: npm run soak, or deno task soak; behind `--`,
// [--runtime NAME] [--output DIR].
// SOAK_MINUTES=60, SOAK_DUTY=0.17 (of a core, for each runtime's client), S9_SEED to see a run's choices again.
// Fails when a message was lost, when a connection did not end as it had to, or when the process holds more at the
// end than at first. The bounds are in scripts/soak/verdict.ts.
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { newSeed } from "../tests/channel/random.ts";
import { type Runtime, runtimes } from "./runtimes.ts";
import { soakReport } from "./soak/soak_report.ts";
import { soakRuntime } from "./soak/soak_runtime.ts";

const { values } = parseArgs({
  options: { runtime: { type: "string", multiple: true }, output: { type: "string" } },
});
const wanted = runtimes.filter((runtime) => values.runtime?.includes(runtime) ?? true);
const minutes = Number(process.env.SOAK_MINUTES ?? 60);
const duty = Number(process.env.SOAK_DUTY ?? 0.17);
const seed = newSeed();
console.log(`Soaking ${wanted.join(", ")} for ${minutes} minutes, ${duty} of a core each, S9_SEED=${seed}`);

const startedAt = performance.now();
const soaks = await Promise.all(
  wanted.map((runtime) =>
    soakRuntime(runtime, { minutes, duty, seed, every: 1 }, (line) => onLine(runtime, line))
  ),
);
const report = soakReport(soaks);
console.log(`\n${report}`);
if (values.output !== undefined) {
  mkdirSync(values.output, { recursive: true });
  writeFileSync(path.join(values.output, "soak.json"), JSON.stringify(soaks, null, 2));
  writeFileSync(path.join(values.output, "soak.md"), `${report}\n`);
}
process.exitCode = soaks.every(({ problems }) => problems.length === 0) ? 0 : 1;

function onLine(runtime: Runtime, line: string): void {
  const minute = ((performance.now() - startedAt) / 60_000).toFixed(1);
  if (!line.startsWith('{"result"')) console.log(`${minute} ${runtime} ${line}`);
}
