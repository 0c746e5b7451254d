// Runs Autobahn's cases against every client style on every runtime, and writes what came of it:
//   WSTEST=path/to/wstest node scripts/autobahn.ts
// or, to look at a part of it and to write nothing:
//   … [--runtime deno|bun|node]... [--column part of a column's name]... [pattern of cases]...
// What it needs is in tests/conformance/autobahn/README.md.
import { writeFile } from "node:fs/promises";
import process from "node:process";
import { parseArgs } from "node:util";
import { NonBlockingClient } from "../mod.ts";
import { columnsOf } from "../tests/conformance/columns.ts";
import { type AutobahnAgent, autobahnMarkdown, judged } from "./autobahn_report.ts";
import { AutobahnServer } from "./autobahn_server.ts";
import { runCommand, seconds } from "./command.ts";
import { runtimeVersions } from "./runtime_versions.ts";
import { type Runtime, runtimes } from "./runtimes.ts";

/** Cases for some columns. */
interface Round {
  readonly group: string;
  readonly patterns: readonly string[];
  /** Only for the first column of each runtime. */
  readonly firstOnly: boolean;
}

const folder = "tests/conformance/autobahn";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { runtime: { type: "string", multiple: true }, column: { type: "string", multiple: true } },
});
const isPart = values.runtime !== undefined || values.column !== undefined || positionals.length > 0;
const rounds: readonly Round[] = positionals.length > 0
  ? [{ group: positionals.join(" "), patterns: positionals, firstOnly: false }]
  : [
    { group: "protocol", patterns: [1, 2, 3, 4, 5, 6, 7, 9, 10].map((n) => `${n}.*`), firstOnly: false },
    // A thousand messages in each of 216 cases: the server alone takes minutes for a column.
    { group: "compression", patterns: ["12.*", "13.*"], firstOnly: true },
  ];

const agents: AutobahnAgent[] = [];
for (const round of rounds) await runRound(round);
if (!isPart) {
  const report = { date: new Date().toISOString().slice(0, 10), versions: await runtimeVersions(), agents };
  await writeFile(`${folder}/RESULTS.json`, JSON.stringify(report, null, 2) + "\n");
  await writeFile(`${folder}/RESULTS.md`, autobahnMarkdown(report));
}
process.exitCode = agents.length > 0 && agents.every(({ notOk, missing }) => notOk.length + missing === 0)
  ? 0
  : 1;

async function runRound({ group, patterns, firstOnly }: Round): Promise<void> {
  for (const runtime of runtimes) {
    if (values.runtime !== undefined && !values.runtime.includes(runtime)) continue;
    const columns = columnsOf(runtime).slice(0, firstOnly ? 1 : undefined);
    for (const [column, { style, transport }] of columns.entries()) {
      const name = `${runtime} ${style} ${transport}`;
      if (values.column !== undefined && !values.column.some((part) => name.includes(part))) continue;
      // A server each: it writes what it knows of all clients again for every one, and answers nobody meanwhile.
      await using server = await AutobahnServer.start(process.env.WSTEST ?? "wstest", patterns);
      const count = await caseCount(server.url);
      await runTestee(server.url, { runtime, column, name, count });
      const judgement = judged((await server.verdicts())[name] ?? {}, count);
      agents.push({ group, runtime, style, transport, ...judgement });
      const bad = [...judgement.notOk, ...judgement.missing > 0 ? [`${judgement.missing} did not run`] : []];
      console.log(`${group}: ${bad.length === 0 ? `${count} cases as they should be` : bad.join("; ")}`);
    }
  }
}

/** What a testee is told. */
interface Testee {
  readonly runtime: Runtime;
  readonly column: number;
  readonly name: string;
  readonly count: number;
}

async function runTestee(url: string, { runtime, column, name, count }: Testee): Promise<void> {
  const flags = runtime === "deno" ? ["run", "-A", "--no-check"] : [];
  const command = [runtime, ...flags, `${folder}/testee.ts`, url, `${column}`, name, `${count}`];
  const { code, output, durationMs } = await runCommand(command, { limitMs: 60 * 60_000 });
  console.log(`${name}: ${seconds(durationMs)}`);
  if (code !== 0) console.log(`ended with code ${code}:\n${output.trim()}`);
}

async function caseCount(url: string): Promise<number> {
  const client = await NonBlockingClient.connect(`${url}/getCaseCount`);
  let count = 0;
  await client.run({ onTextMessage: (_client, { text }) => void (count = Number(text)) });
  return count;
}
