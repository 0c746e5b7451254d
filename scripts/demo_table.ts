import type { DemoResult } from "./demo_result.ts";

const HEADINGS = ["runtime", "client", "url", "messages", "bytes", "median", "p99"];
/** Columns of words; the others are numbers. */
const WORDS = 3;

/** The results as a table for people. */
export function demoTable(results: readonly DemoResult[]): string {
  const rows = results.map((result) => [
    result.runtime,
    result.style,
    `${result.scheme}://`,
    grouped(result.messages),
    grouped(result.bytes),
    grouped(Math.round(result.median)),
    grouped(Math.round(result.p99)),
  ]);
  const all = [HEADINGS, ...rows];
  const widths = HEADINGS.map((_, column) => Math.max(...all.map((row) => row[column]!.length)));
  const format = (row: readonly string[]) =>
    row.map((cell, column) => column < WORDS ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!))
      .join("  ");
  return [format(HEADINGS), widths.map((width) => "-".repeat(width)).join("  "), ...rows.map(format)].join(
    "\n",
  );
}

function grouped(value: number): string {
  return value.toLocaleString("en-US");
}
