// Runs the conformance suite on every runtime and writes what came of it: node scripts/conformance_report.ts
import { readFile, writeFile } from "node:fs/promises";
import { arch, availableParallelism, type } from "node:os";
import process from "node:process";
import { suites } from "../tests/conformance/suites.ts";
import type { AutobahnReport } from "./autobahn_report.ts";
import { cellTable, type ConformanceReport, isBad } from "./conformance_cells.ts";
import { conformanceMarkdown } from "./conformance_markdown.ts";
import type { TestCase } from "./junit.ts";
import { type Batch, runBatch, type Runtime, runtimes } from "./runtimes.ts";
import { runtimeVersions } from "./runtime_versions.ts";
import { testFiles } from "./test_files.ts";

const target = "tests/conformance/REPORT";

if (import.meta.main) {
  const report = await makeReport();
  await writeFile(`${target}.md`, conformanceMarkdown(report));
  await writeFile(`${target}.json`, conformanceJson(report));
  const bad = report.cases.flatMap(({ cells }) => cells).filter(isBad).length;
  console.log(
    `${target}.md: ${report.cases.length} cases, ${report.columns.length} columns, ${bad} cells failed`,
  );
  process.exitCode = bad === 0 ? 0 : 1;
}

async function makeReport(): Promise<ConformanceReport> {
  const files = await testFiles(["tests/conformance/"]);
  const waiting = files.flatMap((file) => runtimes.map((runtime): Batch => ({ runtime, files: [file] })));
  const reported = new Map<Runtime, TestCase[]>(runtimes.map((runtime) => [runtime, []]));
  const unstable: string[] = [];
  const worker = async () => {
    for (let batch = waiting.shift(); batch !== undefined; batch = waiting.shift()) {
      const result = await runBatch(batch);
      reported.get(batch.runtime)!.push(...result.cases);
      unstable.push(...result.unstable.map((name) => `${batch!.runtime}: ${name}`));
      console.log(`${batch.runtime} ${batch.files}: ${result.passed} passed, ${result.failed} failed`);
      for (const failure of result.failures) console.log(`FAILED on ${batch.runtime}: ${failure}`);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  return {
    date: new Date().toISOString().slice(0, 10),
    versions: await runtimeVersions(),
    system: `${type()} ${arch()}`,
    ...cellTable(Object.values(suites).flat(), reported),
    autobahn: await autobahnResults(),
    unstable,
  };
}

/** `undefined` where it never ran. */
async function autobahnResults(): Promise<AutobahnReport | undefined> {
  const text = await readFile("tests/conformance/autobahn/RESULTS.json", "utf8").catch(() => undefined);
  return text === undefined ? undefined : JSON.parse(text);
}

/** One line for each column and case, so that reports can be compared. */
function conformanceJson({ columns, cases, autobahn: _, ...rest }: ConformanceReport): string {
  const lines = (values: readonly unknown[]) =>
    values.map((value) => `    ${JSON.stringify(value)}`).join(",\n");
  const letters = cases.map(({ row, name, cells }) => ({
    row,
    name,
    cells: cells.map((cell) => cell[0]).join(""),
  }));
  const head = JSON.stringify(rest, null, 2).slice(0, -2);
  return `${head},\n  "cells": "one letter per column: passed, failed, missing, skipped, absent",\n` +
    `  "columns": [\n${lines(columns)}\n  ],\n  "cases": [\n${lines(letters)}\n  ]\n}\n`;
}
