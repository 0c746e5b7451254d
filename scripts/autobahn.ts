// Runs Autobahn's cases against every client style on every runtime, and writes what came of it:
//   WSTEST=path/to/wstest node scripts/autobahn.ts [--runtime deno|bun|node]... [--column part of its name]...
// or only says what came of these cases:
//   … "6.*" "7.*"
// What it needs is in tests/conformance/autobahn/README.md.
import { readFile, writeFile } from "node:fs/promises";
import process from "node:process";
import { parseArgs } from "node:util";
import { NonBlockingClient } from "../mod.ts";
import { columnsOf } from "../tests/conformance/columns.ts";
import {
  type AutobahnAgent,
  autobahnMarkdown,
  type AutobahnReport,
  judged,
  type Judgement,
} from "./autobahn_report.ts";
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
const rounds: readonly Round[] = positionals.length > 0
  ? [{ group: positionals.join(" "), patterns: positionals, firstOnly: false }]
  : [
    { group: "protocol", patterns: [1, 2, 3, 4, 5, 6, 7, 9, 10].map((n) => `${n}.*`), firstOnly: false },
    // A thousand messages in each of 216 cases: the server alone takes minutes for a column.
    { group: "compression", patterns: ["12.*", "13.*"], firstOnly: true },
  ];

let bad = 0;
for (const round of rounds) await runRound(round);
process.exitCode = bad === 0 ? 0 : 1;

async function runRound({ group, patterns, firstOnly }: Round): Promise<void> {
  for (const runtime of runtimes) {
    if (values.runtime !== undefined && !values.runtime.includes(runtime)) continue;
    const columns = columnsOf(runtime).slice(0, firstOnly ? 1 : undefined);
    for (const [column, { style, transport }] of columns.entries()) {
      const name = `${runtime} ${style} ${transport}`;
      if (values.column !== undefined && !values.column.some((part) => name.includes(part))) continue;
      const judgement = await judgementOn({ runtime, column, name }, patterns);
      if (positionals.length === 0) await keep({ group, runtime, style, transport, ...judgement });
      const { cases, notOk, missing } = judgement;
      bad += notOk.length + missing;
      const told = [...notOk, ...missing > 0 ? [`${missing} did not run`] : []];
      console.log(`${group}: ${told.length === 0 ? `${cases} cases as they should be` : told.join("; ")}`);
    }
  }
}

/** A server each: it writes what it knows of all clients again for every one, and answers nobody meanwhile. */
async function judgementOn(testee: Testee, patterns: readonly string[]): Promise<Judgement> {
  await using server = await AutobahnServer.start(process.env.WSTEST ?? "wstest", patterns);
  const count = await caseCount(server.url);
  await runTestee(server.url, testee, count);
  return judged((await server.verdicts())[testee.name] ?? {}, count);
}

/** Puts a row into the results, in the place of the one that was there. */
async function keep(row: Omit<AutobahnAgent, "date">): Promise<void> {
  const key = ({ group, runtime, style, transport }: Omit<AutobahnAgent, "date">) =>
    [group, runtime, style, transport].join();
  const text = await readFile(`${folder}/RESULTS.json`, "utf8").catch(() => undefined);
  const before: AutobahnReport | undefined = text === undefined ? undefined : JSON.parse(text);
  const rows = new Map(before?.agents.map((agent) => [key(agent), agent]));
  rows.set(key(row), { ...row, date: new Date().toISOString().slice(0, 10) });
  const report: AutobahnReport = { versions: await runtimeVersions(), agents: [...rows.values()] };
  await writeFile(`${folder}/RESULTS.json`, JSON.stringify(report, null, 2) + "\n");
  await writeFile(`${folder}/RESULTS.md`, autobahnMarkdown(report));
}

/** What a testee is told. */
interface Testee {
  readonly runtime: Runtime;
  readonly column: number;
  readonly name: string;
}

async function runTestee(url: string, { runtime, column, name }: Testee, count: number): Promise<void> {
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
