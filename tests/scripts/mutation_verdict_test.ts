import { test } from "node:test";
import { assertEquals } from "@std/assert";
import type { Equivalent } from "../../scripts/mutation/equivalents.ts";
import { type Mutant, verdictLines, verdicts } from "../../scripts/mutation/verdict.ts";

const mutant = (status: string, replacement: string, line = 2): Mutant => ({
  status,
  replacement,
  location: { start: { line, column: 7 } },
});

const report = {
  files: {
    "src/b.ts": {
      source: "a;\n  if (b) {\n",
      mutants: [mutant("Survived", "false"), mutant("NoCoverage", "{}\n")],
    },
    "src/a.ts": {
      source: "a;\n  if (b) {\n",
      mutants: ["Killed", "Timeout", "Ignored", "CompileError"].map((status) => mutant(status, "true")),
    },
  },
};

const equivalent: Equivalent = { file: "src/b.ts", code: "if (b) {", changes: ["{}"], why: "It is faster." };

test("mutation: what was noticed, what is explained, and what survived", () => {
  assertEquals(verdictLines(verdicts(report, [equivalent])).map((line) => line.replace(/ +/g, " ")), [
    "src/a.ts 2/2 noticed, 0 explained, 0 survived",
    "src/b.ts 0/2 noticed, 1 explained, 1 survived",
    "src/b.ts:2:7: if (b) {: false",
  ]);
});

test("mutation: an explanation holds for its file, its line and its change alone", () => {
  const others: Equivalent[] = [
    { ...equivalent, file: "src/a.ts" },
    { ...equivalent, code: "a;" },
    { ...equivalent, changes: ["true"] },
  ];
  assertEquals(verdicts(report, others).map(({ survivors }) => survivors.length), [0, 2]);
});
