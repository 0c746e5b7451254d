import { rows } from "../tests/conformance/rows.ts";
import { autobahnSection } from "./autobahn_report.ts";
import {
  type Cell,
  type ConformanceReport,
  isBad,
  type ReportCase,
  type ReportColumn,
} from "./conformance_cells.ts";

const marks: Readonly<Record<Cell, string>> = {
  passed: "✓",
  failed: "**✗**",
  missing: "**?**",
  skipped: "**s**",
  absent: "",
};

/** The report for people. */
export function conformanceMarkdown(report: ConformanceReport): string {
  const { columns, cases } = report;
  const cells = cases.flatMap(({ cells }) => cells);
  const bad = cells.filter(isBad).length;
  const names = columnNames(columns);
  return [
    "# Conformance",
    "",
    `Written by \`npm run conformance\` on ${report.date}: ${
      Object.entries(report.versions).map(([name, version]) => `${name} ${version}`).join(", ")
    }; ${report.system}.`,
    "",
    `**${cases.length} cases in ${columns.length} columns: ${count(cells, "passed")} cells passed, ` +
    `${bad === 0 ? "none" : bad} failed**, ${count(cells, "absent")} do not apply. ` +
    "In each cell the server's bytes travel whole, byte by byte and in random splits, unless the case cuts them itself.",
    "",
    "## Columns",
    "",
    table(
      ["", "runtime", "client", "transport", "passed", "failed", "does not apply"],
      columns.map(({ runtime, style, transport }, at) => {
        const column = cases.map(({ cells }) => cells[at]!);
        return [names[at]!, runtime, style, transport, ...counts(column)];
      }),
    ),
    "",
    "## Rows",
    "",
    table(
      ["row", "", "cases", "passed", "failed"],
      rowsOf(cases).map(([row, cases]) => {
        const cells = cases.flatMap(({ cells }) => cells);
        return [row, rows[row] ?? "", `${cases.length}`, ...counts(cells).slice(0, 2)];
      }),
    ),
    "",
    "## Cells that failed",
    "",
    ...badCells(report, names),
    "",
    ...report.unstable.length === 0 ? [] : [
      "Passed when run a second time:",
      "",
      ...report.unstable.map((name) => `- ${escaped(name)}`),
      "",
    ],
    ...report.autobahn === undefined ? [] : ["## Autobahn", "", autobahnSection(report.autobahn), ""],
    "## Cases",
    "",
    "✓ passed, ✗ failed, ? did not run, empty: the case says nothing about such clients.",
    "",
    ...rowsOf(cases).flatMap(([row, cases]) => [
      `### ${row}. ${rows[row]}`,
      "",
      table(["case", ...names], cases.map(({ name, cells }) => [name, ...cells.map((cell) => marks[cell])])),
      "",
    ]),
  ].join("\n");
}

/** `D1`, `D2`, …, `B1`, …. */
function columnNames(columns: readonly ReportColumn[]): string[] {
  const used = new Map<string, number>();
  return columns.map(({ runtime }) => {
    const number = (used.get(runtime) ?? 0) + 1;
    used.set(runtime, number);
    return `${runtime[0]!.toUpperCase()}${number}`;
  });
}

function rowsOf(cases: readonly ReportCase[]): [row: string, cases: readonly ReportCase[]][] {
  return [...Map.groupBy(cases, ({ row }) => row)].sort(([a], [b]) => order(a) - order(b));
}

/** Numbers in their order, then the groups. */
function order(row: string): number {
  const group = row.startsWith("G") ? 1000 : 0;
  return group + Number.parseInt(row.replace("G", "")) + (row.endsWith("a") ? 0.5 : 0);
}

function counts(cells: readonly Cell[]): string[] {
  return [count(cells, "passed"), cells.filter(isBad).length, count(cells, "absent")].map(String);
}

function count(cells: readonly Cell[], kind: Cell): number {
  return cells.filter((cell) => cell === kind).length;
}

function badCells({ cases }: ConformanceReport, names: readonly string[]): string[] {
  const lines = cases.flatMap(({ row, name, cells }) => {
    const at = names.filter((_, index) => isBad(cells[index]!));
    return at.length === 0 ? [] : [`- ${row} ${escaped(name)}: ${at.join(", ")}`];
  });
  return lines.length === 0 ? ["None."] : lines;
}

function table(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(escaped).join(" | ")} |`;
  return [line(head), `|${" --- |".repeat(head.length)}`, ...lines.map(line)].join("\n");
}

/** What a name of a case has in it that Markdown would take for its own. */
function escaped(text: string): string {
  return marksSet.has(text) ? text : text.replaceAll(/[\\`*_<>|[\]]/g, "\\$&").replaceAll(/[\r\n\t\0]/g, " ");
}

const marksSet: ReadonlySet<string> = new Set(Object.values(marks));
