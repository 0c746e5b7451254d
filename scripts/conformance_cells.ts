import type { ConformanceCase } from "../tests/conformance/case.ts";
import { appliesTo, cellName, type Column, columnsOf } from "../tests/conformance/columns.ts";
import type { AutobahnReport } from "./autobahn_report.ts";
import type { TestCase } from "./junit.ts";
import type { Runtime } from "./runtimes.ts";

/** How a case went in a column: `absent` where it says nothing, `missing` where it should have run and did not. */
export type Cell = TestCase["outcome"] | "absent" | "missing";

/** A client style on a transport of a runtime. */
export interface ReportColumn {
  readonly runtime: Runtime;
  readonly style: string;
  readonly transport: string;
}

/** A case in all columns. */
export interface ReportCase {
  readonly row: string;
  readonly name: string;
  /** As many as there are columns. */
  readonly cells: readonly Cell[];
}

/** What all runs together gave. */
export interface CellTable {
  readonly columns: readonly ReportColumn[];
  readonly cases: readonly ReportCase[];
}

/** What is written, for programs and for people. */
export interface ConformanceReport extends CellTable {
  /** `2026-01-31`. */
  readonly date: string;
  readonly versions: Readonly<Record<Runtime, string>>;
  /** Operating system and processor. */
  readonly system: string;
  /** What another suite said the last time it ran. */
  readonly autobahn: AutobahnReport | undefined;
  /** Tests that failed and passed when run again. */
  readonly unstable: readonly string[];
}

/** Finds each case's tests by their names, in what each runtime reported. */
export function cellTable(
  cases: readonly ConformanceCase[],
  reported: ReadonlyMap<Runtime, readonly TestCase[]>,
): CellTable {
  const columns = [...reported.keys()].flatMap((runtime) =>
    columnsOf(runtime).map((column) => ({ runtime, column }))
  );
  const outcomes = new Map<string, TestCase["outcome"]>();
  for (const [runtime, tests] of reported) {
    for (const { name, outcome } of tests) outcomes.set(`${runtime} ${name}`, outcome);
  }
  const cell = (subject: ConformanceCase, runtime: Runtime, column: Column): Cell => {
    const outcome = outcomes.get(`${runtime} ${cellName(subject, column)}`);
    return outcome ?? (appliesTo(subject, column) ? "missing" : "absent");
  };
  return {
    columns: columns.map(({ runtime, column: { style, transport } }) => ({ runtime, style, transport })),
    cases: cases.map((subject) => ({
      row: subject.number,
      name: subject.name,
      cells: columns.map(({ runtime, column }) => cell(subject, runtime, column)),
    })),
  };
}

/** Whether a cell is what nobody wants to see. */
export function isBad(cell: Cell): boolean {
  return cell === "failed" || cell === "missing" || cell === "skipped";
}
