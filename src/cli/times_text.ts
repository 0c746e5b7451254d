import type { Style } from "./style.ts";
import { digits, milliseconds, type Times } from "./times.ts";

const MOST_BARS = 12;
const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
/** Columns beside a bar: two times, a count, and what is between them. */
const BESIDE = 34;

/** Times in numbers and as a histogram, for people. Not of none. */
export function timesText(times: Times, style: Style, columns: number): string {
  const summary = times.summary();
  const { min, mean, max } = summary;
  const entries: readonly (readonly [string, number])[] = [
    ["min", min],
    ["mean", mean],
    ["median", summary.percentile(50)],
    ["90 %", summary.percentile(90)],
    ["99 %", summary.percentile(99)],
    ["max", max],
  ];
  const line = entries.map(([name, time]) => `${name} ${style("bold", digits(time))}`).join("  ");
  return [`round trip, ms:  ${line}`, ...histogram(times, style, columns)].join("\n");
}

/** A row for each range of times, and bars with the longest as wide as there is room. */
function histogram(times: Times, style: Style, columns: number): readonly string[] {
  // Of few times, few ranges: most would be empty.
  const bars = times.bars(Math.min(MOST_BARS, Math.ceil(2 * Math.sqrt(times.count))));
  if (bars.length < 2) return [];
  const room = Math.max(8, Math.min(60, columns - BESIDE));
  const most = Math.max(...bars.map(({ count }) => count));
  return bars.map(({ from, to, count }) => {
    const range = `${digits(from).padStart(8)} – ${milliseconds(to).padEnd(10)}`;
    return `${range} ${style("green", bar(count / most * room))} ${count === 0 ? "" : count}`.trimEnd();
  });
}

function bar(length: number): string {
  const eighths = Math.round(length * 8);
  // What came at all can be seen.
  if (length > 0 && eighths === 0) return EIGHTHS[1]!;
  return "█".repeat(eighths >> 3) + EIGHTHS[eighths & 7];
}
