import type { Finding } from "./ask.ts";
import { higherIsBetter, PEERS, type Question } from "./questions.ts";
import type { Runtime } from "./runtimes.ts";

/** All that was found for one question in one runtime. */
export interface Answer {
  readonly runtime: Runtime;
  readonly question: Question;
  /** By contestant; one entry per repetition, `null` where the program failed. */
  readonly findings: Readonly<Record<string, readonly (Finding | null)[]>>;
}

/** How the subject of a question stands to the best of its peers. */
export interface Comparison {
  readonly bestPeer: string;
  /** Median of the ratios of each repetition, whose runs are neighbours in time. */
  readonly ratio: number;
  /** Whether the target is met. `noise`: not quite, and the runs differ among themselves by more. */
  readonly reached: "yes" | "no" | "noise" | "-";
}

/** The median of what did not fail; NaN if all did. */
export function medianValue(findings: readonly (Finding | null)[] | undefined): number {
  const values = (findings ?? []).flatMap((finding) => finding === null ? [] : [finding.value]);
  return quantile(values.sort((a, b) => a - b), 0.5);
}

function quantile(sorted: readonly number[], q: number): number {
  const at = (sorted.length - 1) * q;
  const below = sorted[Math.floor(at)] ?? NaN;
  return below + ((sorted[Math.ceil(at)] ?? NaN) - below) * (at - Math.floor(at));
}

/** Compares the subject with the best peer, or `undefined` where one of them is missing. */
export function compare({ question, findings }: Answer): Comparison | undefined {
  const subject = findings[question.subject ?? "silver9"];
  const sign = higherIsBetter(question) ? -1 : 1;
  const [bestPeer] = (question.peers ?? PEERS)
    .filter((peer) => !Number.isNaN(medianValue(findings[peer])))
    .sort((a, b) => sign * (medianValue(findings[a]) - medianValue(findings[b])));
  if (subject === undefined || bestPeer === undefined) return undefined;
  const ratios = subject.flatMap((finding, repetition) => {
    const peer = findings[bestPeer][repetition];
    return finding === null || peer === null ? [] : [finding.value / peer.value];
  }).sort((a, b) => a - b);
  if (ratios.length === 0) return undefined;
  return { bestPeer, ratio: quantile(ratios, 0.5), reached: verdict(ratios, question.target) };
}

function verdict(ratios: readonly number[], target: Question["target"]): Comparison["reached"] {
  if (target === undefined) return "-";
  const [middle, likely] = "atLeast" in target
    ? [quantile(ratios, 0.5) / target.atLeast, quantile(ratios, 0.75) / target.atLeast]
    : [target.atMost / quantile(ratios, 0.5), target.atMost / quantile(ratios, 0.25)];
  return middle >= 1 ? "yes" : likely >= 1 ? "noise" : "no";
}

/** The table of one runtime. */
export function formatTable(answers: readonly Answer[]): string {
  const header = ["question", "unit", "floor", ...PEERS, "silver9", "ratio", "target", "reached"];
  const rows = answers.map((answer) => tableRow(answer));
  const widths = header.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column].length))
  );
  const line = (cells: readonly string[]) =>
    cells.map((cell, column) => column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column])).join(
      "  ",
    );
  return [line(header), widths.map((width) => "-".repeat(width)).join("  "), ...rows.map(line)].join("\n");
}

function tableRow(answer: Answer): string[] {
  const { question, findings } = answer;
  const comparison = compare(answer);
  const cell = (name: string) => name in findings ? formatFindings(findings[name]) : "";
  const isPeer = (name: string) => (question.peers ?? PEERS).includes(name);
  // Where the peer is this library in another mode, its value stands in the last peer's column.
  const others = isPeer("silver9") ? ["", "", `idle ${cell("silver9")}`] : PEERS.map(cell);
  return [
    question.name,
    question.unit,
    cell(question.floor ?? "raw"),
    ...others,
    cell(question.subject ?? "silver9"),
    comparison === undefined ? "" : `${formatNumber(comparison.ratio)} ${comparison.bestPeer}`,
    formatTarget(question.target),
    comparison?.reached ?? "",
  ];
}

function formatFindings(findings: readonly (Finding | null)[]): string {
  const median = medianValue(findings);
  if (Number.isNaN(median)) return "failed";
  const p99 = medianValue(
    findings.map((finding) => finding?.p99 === undefined ? null : { value: finding.p99 }),
  );
  return Number.isNaN(p99) ? formatNumber(median) : `${formatNumber(median)}/${formatNumber(p99)}`;
}

function formatTarget(target: Question["target"]): string {
  if (target === undefined) return "";
  return "atLeast" in target ? `>= ${target.atLeast}` : `<= ${target.atMost}`;
}

function formatNumber(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
