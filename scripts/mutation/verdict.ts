import type { Equivalent } from "./equivalents.ts";

/** A change of the code, as Stryker reports it (schema of mutation-testing-elements). */
export interface Mutant {
  readonly status: string;
  readonly replacement?: string;
  /** Lines and columns count from 1. */
  readonly location: { readonly start: { readonly line: number; readonly column: number } };
}

/** What was changed in each file, and what came of it. */
export interface MutationReport {
  readonly files: Readonly<Record<string, { readonly source: string; readonly mutants: readonly Mutant[] }>>;
}

/** What came of the changes of a file. */
export interface FileVerdict {
  readonly file: string;
  /** Changes that were tried; those of what runs but once, when the module is loaded, are not. */
  readonly tried: number;
  readonly noticed: number;
  readonly explained: number;
  /** The changes that nothing noticed and nothing explains, as lines. */
  readonly survivors: readonly string[];
}

const noticed = new Set(["Killed", "Timeout", "RuntimeError"]);
const untried = new Set(["Ignored", "CompileError", "Pending"]);

/** Sorts the changes of each file into those that were noticed, those that cannot be, and the others. */
export function verdicts(report: MutationReport, equivalents: readonly Equivalent[]): FileVerdict[] {
  return Object.entries(report.files).map(([file, { source, mutants }]) => {
    const lines = source.split("\n");
    const tried = mutants.filter(({ status }) => !untried.has(status));
    const survivors = tried.filter(({ status }) => !noticed.has(status));
    const unexplained = survivors.filter((mutant) => {
      const code = lines[mutant.location.start.line - 1]!.trim();
      return !equivalents.some((known) =>
        known.file === file && known.code === code && known.changes.includes(firstLine(mutant))
      );
    });
    return {
      file,
      tried: tried.length,
      noticed: tried.length - survivors.length,
      explained: survivors.length - unexplained.length,
      survivors: unexplained.map((mutant) => {
        const { line, column } = mutant.location.start;
        return `${file}:${line}:${column}: ${lines[line - 1]!.trim()}: ${firstLine(mutant)}`;
      }),
    };
  }).sort((a, b) => a.file < b.file ? -1 : 1);
}

/** For people. */
export function verdictLines(files: readonly FileVerdict[]): string[] {
  return [
    ...files.map(({ file, tried, noticed, explained, survivors }) =>
      `${file.padEnd(36)} ${noticed}/${tried} noticed, ${explained} explained, ${survivors.length} survived`
    ),
    ...files.flatMap(({ survivors }) => survivors),
  ];
}

function firstLine({ replacement = "" }: Mutant): string {
  return replacement.split("\n")[0]!.trim();
}
