import { test } from "node:test";
import { assert, assertEquals } from "@std/assert";
import { cellTable, type ConformanceReport, isBad } from "../../scripts/conformance_cells.ts";
import { conformanceMarkdown } from "../../scripts/conformance_markdown.ts";
import type { TestCase } from "../../scripts/junit.ts";
import { type ConformanceCase, opens } from "../conformance/case.ts";
import { appliesTo, cellName, columnsOf } from "../conformance/columns.ts";

const cases: readonly ConformanceCase[] = [
  { number: "40", name: "closing | twice", expected: opens },
  { number: "1", name: "of handlers alone", handlesErrors: false, expected: opens },
];
const columns = columnsOf("node");

/** What Node would report, were everything well. */
function allPassed(): TestCase[] {
  return cases.flatMap((subject) =>
    columns.filter((column) => appliesTo(subject, column))
      .map((column): TestCase => ({ name: cellName(subject, column), outcome: "passed" }))
  );
}

function reportOf(tests: readonly TestCase[]): ConformanceReport {
  return {
    date: "2026-01-31",
    versions: { deno: "1", bun: "2", node: "3" },
    system: "Any",
    ...cellTable(cases, new Map([["node", tests]])),
    autobahn: undefined,
    unstable: [],
  };
}

test("conformance report: every column of a case, and nothing where it does not apply", () => {
  const report = reportOf(allPassed());
  assertEquals(report.columns.length, columns.length);
  assertEquals(report.cases[0]!.cells, columns.map(() => "passed"));
  assertEquals(
    report.cases[1]!.cells,
    columns.map(({ hasHandler }) => hasHandler ? "passed" : "absent"),
  );
  const text = conformanceMarkdown(report);
  assert(text.includes("none failed"), text);
  assert(text.includes("| closing \\| twice | ✓ | ✓ |"), text);
  assert(text.indexOf("### 1.") < text.indexOf("### 40."), "rows are not in order");
});

test("conformance report: a test that failed and one that never ran are seen", () => {
  const tests = allPassed();
  tests[2] = { ...tests[2]!, outcome: "failed" };
  tests.splice(4, 1);
  const report = reportOf(tests);
  assertEquals(report.cases[0]!.cells.slice(1, 6), ["passed", "failed", "passed", "missing", "passed"]);
  assertEquals(report.cases.flatMap(({ cells }) => cells).filter(isBad).length, 2);
  const text = conformanceMarkdown(report);
  assert(text.includes("2 failed"), text);
  assert(text.includes("- 40 closing \\| twice: N3, N5"), text);
});
