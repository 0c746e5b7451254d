// Measures what the tests run of the code, by lines, functions and branches, threads included:
//   node scripts/coverage/run.ts [--check] [--tests area]... [part of a source's path]...
// Exits with code 1 where something is not covered that scripts/coverage/explained.ts does not explain.
// --check tells the gaps only; an area is a folder of tests.
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { seconds } from "../command.ts";
import { type Batch, batchesOf, runBatch } from "../runtimes.ts";
import { testFiles } from "../test_files.ts";
import { countsIn } from "./counts.ts";
import { explained } from "./explained.ts";
import { type FileCoverage, FileMeter, type Gap, type Share } from "./gaps.ts";

/** What is measured. */
const measured = ["src/core", "src/channel", "src/driver"];
/** The tests that are run for it, unless others are asked for. */
const areas = ["core", "channel", "driver", "client", "connecting", "faults", "observability", "reconnect"];

const { values, positionals: filters } = parseArgs({
  allowPositionals: true,
  options: {
    check: { type: "boolean", default: false },
    tests: { type: "string", multiple: true, default: areas },
  },
});

// That Node's own remover of types is called experimental is of no use to the reader.
process.removeAllListeners("warning");

const sources = await readSources();
const startedAt = performance.now();
const directory = await mkdtemp(path.join(tmpdir(), "websocket-coverage-"));
let failed = 0;
try {
  process.env.NODE_V8_COVERAGE = directory;
  await runTests();
  const meters = new Map(Array.from(sources, ([file, source]) => [file, new FileMeter(file, source)]));
  for await (const { file, counts } of countsIn(directory, sources)) meters.get(file)!.add(counts);
  const files = Array.from(meters.values(), ({ coverage }) => coverage)
    .filter(({ file }) => filters.length === 0 || filters.some((filter) => file.includes(filter)));
  tell(files);
} finally {
  await rm(directory, { recursive: true, force: true });
}
process.exitCode = failed > 0 ? 1 : 0;

async function readSources(): Promise<Map<string, string>> {
  const names = await Promise.all(
    measured.map(async (folder) => (await readdir(folder)).sort().map((name) => `${folder}/${name}`)),
  );
  return new Map(
    await Promise.all(names.flat().map(async (name) => [name, await readFile(name, "utf8")] as const)),
  );
}

async function runTests(): Promise<void> {
  const files = (await testFiles()).filter((file) => values.tests.includes(file.split("/")[1]!));
  const waiting: Batch[] = [...batchesOf("node", files)];
  const worker = async () => {
    for (let batch = waiting.shift(); batch !== undefined; batch = waiting.shift()) {
      const { failures, output } = await runBatch(batch);
      // Whether tests pass is not the question here, and those with deadlines may not where all is counted.
      if (failures.length > 0) console.log(`FAILED: ${failures.join(", ")}\n${output.trim()}\n`);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
}

function tell(files: readonly FileCoverage[]): void {
  const gaps = files.flatMap((file) => file.gaps);
  const unexplained = gaps.filter((gap) => !isExplained(gap));
  if (!values.check) {
    for (const folder of measured) {
      const inside = files.filter(({ file }) => file.startsWith(`${folder}/`));
      for (const coverage of inside) console.log(lineFor(coverage.file, [coverage]));
      console.log(lineFor(`${folder}: all`, inside));
    }
  }
  for (const gap of unexplained) console.log(`${gap.file}:${gap.line}: never so: ${gap.what}: ${gap.code}`);
  for (const { file, code } of explained) {
    if (gaps.some((gap) => gap.file === file && gap.code === code)) continue;
    console.log(`explained, but covered: ${file}: ${code}`);
  }
  failed += unexplained.length;
  const told = gaps.length - unexplained.length;
  console.log(
    `${unexplained.length} gaps, ${told} more explained (${seconds(performance.now() - startedAt)})`,
  );
}

function isExplained({ file, code }: Gap): boolean {
  return explained.some((explanation) => explanation.file === file && explanation.code === code);
}

function lineFor(name: string, files: readonly FileCoverage[]): string {
  const percentages = (["line", "function", "branch"] as const).map((kind) => {
    const total: Share = { covered: 0, total: 0 };
    for (const { shares } of files) {
      total.covered += shares[kind].covered;
      total.total += shares[kind].total;
    }
    const percent = total.total === 0 ? 100 : 100 * total.covered / total.total;
    return `${kind} ${total.covered}/${total.total} ${percent.toFixed(1)} %`.padEnd(28);
  });
  return `${name.padEnd(36)} ${percentages.join(" ")}`.trimEnd();
}
