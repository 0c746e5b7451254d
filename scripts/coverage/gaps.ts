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

/** Gathers what has been run of a file. */
export class FileMeter {
  readonly #file: string;
  readonly #source: string;
  readonly #places: readonly Place[];
  readonly #reached = new Set<Place>();
  readonly #covered = new Set<Place>();

  constructor(file: string, source: string) {
    this.#file = file;
    this.#source = source;
    this.#places = placesOf(source);
  }

  /**
   * Takes in what one process or thread has run. Each is looked at by itself: V8 does not count every call of what it
   * has optimized, and a sum with the counts of a busy process would hide what a quiet one shows.
   */
  add(counts: Counts): void {
    for (const place of this.#places) {
      if (counts[place.at]! > 0) this.#reached.add(place);
      if (place.isCovered(counts)) this.#covered.add(place);
    }
  }

  /** What has been run, and what has not. */
  get coverage(): FileCoverage {
    const shares = { line: share(), statement: share(), function: share(), branch: share() };
    const gaps: Gap[] = [];
    const lines = this.#source.split("\n");
    const lineOf = lineFinder(lines);
    /** Lines on which a statement begins, and whether all of them have run. */
    const begun = new Map<number, boolean>();
    for (const place of this.#places) {
      const line = lineOf(place.at);
      const isCovered = this.#covered.has(place);
      shares[place.kind].total++;
      if (isCovered) shares[place.kind].covered++;
      if (place.kind === "statement") begun.set(line, isCovered && (begun.get(line) ?? true));
      if (!isCovered && this.#isWorthTelling(place)) {
        gaps.push({ file: this.#file, line, code: lines[line - 1]!.trim(), what: place.what });
      }
    }
    shares.line.total = begun.size;
    shares.line.covered = [...begun.values()].filter(Boolean).length;
    return { file: this.#file, shares, gaps: withoutRepetitions(gaps) };
  }

  /** That what is never come to is never passed by says nothing more. */
  #isWorthTelling(place: Place): boolean {
    return !place.isComparison || this.#reached.has(place);
  }
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
