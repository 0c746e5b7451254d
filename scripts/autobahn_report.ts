import type { Verdict } from "./autobahn_server.ts";
import type { Runtime } from "./runtimes.ts";

/** What the suite said of one column. */
export interface AutobahnAgent extends Judgement {
  /** When it ran: `2026-01-31`. */
  readonly date: string;
  /** Of cases. */
  readonly group: string;
  readonly runtime: Runtime;
  readonly style: string;
  readonly transport: string;
}

/** Verdicts, counted. */
export interface Judgement {
  readonly cases: number;
  /** Cases without a verdict. */
  readonly missing: number;
  /** By verdict: `OK`, `NON-STRICT`, `INFORMATIONAL`, `UNIMPLEMENTED`, `FAILED`, …. */
  readonly behavior: Readonly<Record<string, number>>;
  /** The same of how the connection was closed. */
  readonly behaviorClose: Readonly<Record<string, number>>;
  /** What is neither OK nor informational: `6.4.1: NON-STRICT, OK`. */
  readonly notOk: readonly string[];
}

/** What is written: the last result of every column. */
export interface AutobahnReport {
  readonly versions: Readonly<Record<Runtime, string>>;
  readonly agents: readonly AutobahnAgent[];
}

/** Cases that the suite itself counts as no more than information are neither right nor wrong. */
const fine: ReadonlySet<string> = new Set(["OK", "INFORMATIONAL"]);

/** Counts the verdicts on one agent; `expected` is how many there should be. */
export function judged(verdicts: Readonly<Record<string, Verdict>>, expected: number): Judgement {
  const all = Object.entries(verdicts);
  const counted = (kind: keyof Verdict) =>
    Object.fromEntries(
      [...Map.groupBy(all, ([, verdict]) => verdict[kind])].map((
        [verdict, cases],
      ) => [verdict, cases.length]),
    );
  return {
    cases: all.length,
    missing: expected - all.length,
    behavior: counted("behavior"),
    behaviorClose: counted("behaviorClose"),
    notOk: all.filter(([, { behavior, behaviorClose }]) => !fine.has(behavior) || !fine.has(behaviorClose))
      .map(([number, { behavior, behaviorClose }]) => `${number}: ${behavior}, ${behaviorClose}`),
  };
}

/** The results for people. */
export function autobahnMarkdown(report: AutobahnReport): string {
  return `# Autobahn\n\n${autobahnSection(report)}\n`;
}

/** The same without a heading. */
export function autobahnSection({ versions, agents }: AutobahnReport): string {
  const verdicts = ["OK", "INFORMATIONAL", "NON-STRICT", "UNIMPLEMENTED", "FAILED"];
  const lines = agents.map(({ date, group, runtime, style, transport, behavior, notOk, missing }) => [
    group,
    runtime,
    style,
    transport,
    ...verdicts.map((verdict) => `${behavior[verdict] ?? 0}`),
    [...notOk, ...missing > 0 ? [`${missing} cases did not run`] : []].join("; "),
    date,
  ]);
  const row = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [
    `What Autobahn|Testsuite 25.10.1 says of this client. Written by \`npm run autobahn\` with ${
      Object.entries(versions).map(([name, version]) => `${name} ${version}`).join(", ")
    }. Limits are the defaults. The suite never judges what it counts as informational.`,
    "",
    row(["cases", "runtime", "client", "transport", ...verdicts, "what is not OK", "on"]),
    `|${" --- |".repeat(6 + verdicts.length)}`,
    ...lines.map(row),
  ].join("\n");
}
