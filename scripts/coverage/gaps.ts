import type { Counts } from "./counts.ts";
import { type Kind, type Place, placesOf } from "./places.ts";

/** What no test has run. */
export interface Gap {
  readonly file: string;
  readonly line: number;
  /** The line, without its indentation. */
  readonly code: string;
  /** What never happened there. */
  readonly what: string;
}

/** How much of what there is has been covered. */
export interface Share {
  covered: number;
  total: number;
}

/** What the tests have run of a file. */
export interface FileCoverage {
  readonly file: string;
  readonly shares: Readonly<Record<Kind | "line", Share>>;
  readonly gaps: readonly Gap[];
}

/** Compares a source with how often its characters were run. */
export function coverageOf(file: string, source: string, counts: Counts): FileCoverage {
  const shares = { line: share(), statement: share(), function: share(), branch: share() };
  const gaps: Gap[] = [];
  const lines = source.split("\n");
  const lineOf = lineFinder(lines);
  /** Lines on which something begins, and whether all of it has run. */
  const begun = new Map<number, boolean>();
  for (const place of placesOf(source)) {
    const line = lineOf(place.at);
    const isCovered = place.isCovered(counts);
    shares[place.kind].total++;
    if (isCovered) shares[place.kind].covered++;
    if (place.kind === "statement") begun.set(line, isCovered && (begun.get(line) ?? true));
    if (!isCovered && isWorthTelling(place, counts)) {
      gaps.push({ file, line, code: lines[line - 1]!.trim(), what: place.what });
    }
  }
  shares.line.total = begun.size;
  shares.line.covered = [...begun.values()].filter(Boolean).length;
  return { file, shares, gaps: withoutRepetitions(gaps) };
}

/** A branch inside of what never runs says nothing more; the branch that leads there is told itself. */
function isWorthTelling({ kind, what, at }: Place, counts: Counts): boolean {
  return kind !== "branch" || counts[at]! > 0 || !what.includes("not matter");
}

/** One gap for a line on which nothing has run at all. */
function withoutRepetitions(gaps: readonly Gap[]): Gap[] {
  const seen = new Set<string>();
  return gaps.filter(({ line, what }) => {
    const key = `${line} ${what}`;
    return !seen.has(key) && seen.add(key);
  });
}

function lineFinder(lines: readonly string[]): (at: number) => number {
  const starts: number[] = [];
  let at = 0;
  for (const line of lines) {
    starts.push(at);
    at += line.length + 1;
  }
  return (at) => starts.findLastIndex((start) => start <= at) + 1;
}

function share(): Share {
  return { covered: 0, total: 0 };
}
