import { test } from "node:test";
import { assertEquals } from "@std/assert";
import type { ConformanceCase } from "./case.ts";
import { rows } from "./rows.ts";
import { suites } from "./suites.ts";

const cases: readonly ConformanceCase[] = Object.values(suites).flat();

test("every case belongs to a row, and has a name of its own there", () => {
  const unknown = cases.filter(({ number }) => rows[number] === undefined);
  assertEquals(unknown.map(({ number, name }) => `${number} ${name}`), []);
  const names = cases.map(({ number, name }) => `${number} ${name}`);
  assertEquals(names.filter((name, at) => names.indexOf(name) !== at), []);
});

test("every row has cases", () => {
  const numbers = new Set(cases.map(({ number }) => number));
  assertEquals(Object.keys(rows).filter((row) => !numbers.has(row)), []);
  const wanted = [...Array.from({ length: 59 }, (_, index) => `${index + 1}`), "39a"];
  const groups = Array.from({ length: 9 }, (_, index) => `G${index + 1}`);
  assertEquals([...wanted, ...groups].filter((row) => rows[row] === undefined), []);
});

test("every case runs in some way of delivery", () => {
  assertEquals(cases.filter(({ deliveries }) => deliveries?.length === 0).map(({ name }) => name), []);
});
