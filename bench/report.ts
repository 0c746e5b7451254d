import type { Finding } from "./ask.ts";
import { type Check, higherIsBetter, PEERS, type Question, type Target } from "./questions.ts";
import type { Runtime } from "./runtimes.ts";

/** By contestant; one entry per repetition, `null` where the program failed. */
type Findings = Readonly<Record<string, readonly (Finding | null)[]>>;

/** All that was found for one question in one runtime. */
export interface Answer {
  readonly runtime: Runtime;
  readonly question: Question;
  readonly findings: Findings;
}

/** How the subject of a question stands to the best of its peers. */
export interface Comparison {
  readonly bestPeer: string;
  /** Median of the ratios of each repetition, whose runs are neighbours in time. */
  readonly ratio: number;
  /** Whether the target is met. `noise`: not quite, and the runs differ among themselves by more. */
  readonly reached: "yes" | "no" | "noise" | "-";
}

/** What of a finding is one number. */
export type Measure = Exclude<keyof Finding, "distribution">;

/** The median of what did not fail; NaN if all did. */
export function medianOf(
  findings: readonly (Finding | null)[] | undefined,
  of: Measure = "value",
): number {
  return quantile(sorted((findings ?? []).map((finding) => finding?.[of])), 0.5);
}

/** The median of the ratios between runs that were neighbours in time; NaN if there are none. */
export function medianRatio(
  subject: readonly (Finding | null)[],
  peer: readonly (Finding | null)[],
): number {
  return quantile(ratios(subject, peer), 0.5);
}

function ratios(subject: readonly (Finding | null)[] = [], peer: readonly (Finding | null)[]): number[] {
  return sorted(subject.map((finding, repetition) => {
    const other = peer[repetition] ?? null;
    return finding === null || other === null ? undefined : finding.value / other.value;
  }));
}

function sorted(values: readonly (number | undefined)[]): number[] {
  return values.filter((value) => value !== undefined).sort((a, b) => a - b);
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
    .filter((peer) => !Number.isNaN(medianOf(findings[peer])))
    .sort((a, b) => sign * (medianOf(findings[a]) - medianOf(findings[b])));
  if (bestPeer === undefined) return undefined;
  const found = ratios(subject, findings[bestPeer]);
  if (found.length === 0) return undefined;
  const values = sorted(subject.map((finding) => finding?.value));
  return { bestPeer, ratio: quantile(found, 0.5), reached: verdict(question.target, found, values) };
}

function verdict(
  target: Target | undefined,
  ratios: readonly number[],
  values: readonly number[],
): Comparison["reached"] {
  if (target === undefined) return "-";
  const [middle, likely] = "atLeast" in target
    ? [quantile(ratios, 0.5) / target.atLeast, quantile(ratios, 0.75) / target.atLeast]
    : "reach" in target
    ? [quantile(values, 0.5) / target.reach, quantile(values, 0.75) / target.reach]
    : [target.atMost / quantile(ratios, 0.5), target.atMost / quantile(ratios, 0.25)];
  return middle >= 1 ? "yes" : likely >= 1 ? "noise" : "no";
}

/** The table of one runtime. */
export function formatTable(answers: readonly Answer[]): string {
  const [header, ...rows] = tableRows(answers);
  return formatColumns(header, rows);
}

/** The same cell by cell, the titles first. */
export function tableRows(answers: readonly Answer[]): [header: string[], ...rows: string[][]] {
  const header = ["question", "unit", "floor", ...PEERS, "silver9", "ratio", "target", "reached"];
  return [header, ...answers.flatMap(withChecks).map(tableRow)];
}

/** The first column aligned to the left, the others to the right. */
export function formatColumns(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column].length))
  );
  const line = (cells: readonly string[]) =>
    cells.map((cell, column) => column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column])).join(
      "  ",
    );
  return [line(header), widths.map((width) => "-".repeat(width)).join("  "), ...rows.map(line)].join("\n");
}

/** An answer, and what the question's checks make of it. */
function withChecks(answer: Answer): Answer[] {
  const { question, findings } = answer;
  const checked = (question.checks ?? []).map((
    { name, target, peers = question.peers, of }: Check,
  ): Answer => ({
    ...answer,
    question: { ...question, name: `  ${name}`, target, peers, ...(of === "cpu" ? { unit: "µs" } : {}) },
    findings: of === undefined ? findings : only(of, findings),
  }));
  return [answer, ...checked];
}

function only(of: Measure, findings: Findings): Findings {
  const value = (finding: Finding | null): Finding | null =>
    finding?.[of] === undefined ? null : { value: finding[of] };
  return Object.fromEntries(Object.entries(findings).map(([name, runs]) => [name, runs.map(value)]));
}

function tableRow(answer: Answer): string[] {
  const { question, findings } = answer;
  const comparison = compare(answer);
  const cell = (name: string) => name in findings ? formatFindings(findings[name]) : "";
  const { peers = PEERS, floor = "raw" } = question;
  // Where the peers are none of the usual ones, the best one's value stands in the last one's column.
  const isUsual = peers.some((peer) => PEERS.includes(peer));
  const best = comparison?.bestPeer;
  const unusual = best === undefined || best === floor ? "" : `${best} ${cell(best)}`;
  return [
    question.name,
    question.unit,
    cell(floor),
    ...(isUsual ? PEERS.map(cell) : ["", "", unusual]),
    cell(question.subject ?? "silver9"),
    comparison === undefined ? "" : `${formatRatio(comparison.ratio)} ${comparison.bestPeer}`,
    formatTarget(question),
    comparison?.reached ?? "",
  ];
}

function formatFindings(findings: readonly (Finding | null)[]): string {
  const median = medianOf(findings);
  if (Number.isNaN(median)) return "failed";
  const p99 = medianOf(findings, "p99");
  return Number.isNaN(p99) ? formatNumber(median) : `${formatNumber(median)}/${formatNumber(p99)}`;
}

function formatTarget({ target, unit }: Question): string {
  if (target === undefined) return "";
  if ("reach" in target) return `${target.reach} ${unit}`;
  return "atLeast" in target ? `>= ${target.atLeast}` : `<= ${target.atMost}`;
}

/** Three significant digits at least. */
export function formatNumber(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

/** With the precision of targets such as 1.15. */
export function formatRatio(ratio: number): string {
  return ratio >= 10 ? ratio.toFixed(1) : ratio.toFixed(2);
}
