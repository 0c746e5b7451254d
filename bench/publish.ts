import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { cpus, type as systemName } from "node:os";
import { promisify } from "node:util";
import { drawPlots } from "./plots.ts";
import { formatPercentiles } from "./percentiles.ts";
import { type Answer, tableRows } from "./report.ts";
import { type Runtime, runtimeCommand } from "./runtimes.ts";
import { summaryRows } from "./summary.ts";

/** A run of the comparison. */
export interface BenchmarkRun {
  readonly answers: readonly Answer[];
  readonly repetitions: number;
  /** Milliseconds of one measurement. */
  readonly duration: number;
  /** Processes that wanted a core before the run. */
  readonly load: number;
}

const PAGE = new URL("./RESULTS.md", import.meta.url);
const PLOTS = new URL("./plots/", import.meta.url);

/** Writes a run as a page with tables and plots, for readers who don't run it themselves. */
export async function publish({ answers, repetitions, duration, load }: BenchmarkRun): Promise<void> {
  const plots = await drawPlots(answers, PLOTS);
  const runtimes = [...new Set(answers.map(({ runtime }) => runtime))];
  const versions = await Promise.all(runtimes.map(versionOf));
  const cores = cpus();
  const page = [
    "# Results",
    `${new Date().toISOString().slice(0, 10)}, ${versions.join(", ")}; ${cores.length} × ${
      cores[0]?.model
    }, ` +
    `${systemName()}, load before: ${load.toFixed(1)}. Each number is the median of ` +
    `${repetitions} interleaved runs of ${duration} ms; a ratio is the median of the ratios between neighbouring ` +
    "runs. Times are the median and, after the slash, the 99th percentile. How it is measured: " +
    "[README.md](README.md).",
    "More than 1 is better, everywhere in this table: the ratio to the best of the other JavaScript clients.",
    markdownTable(summaryRows(answers)),
    ...plots.map((file) => `![${file.replace(".svg", "")}](plots/${file})`),
    ...runtimes.flatMap((runtime) => {
      const here = answers.filter((answer) => answer.runtime === runtime);
      return [`## ${runtime}`, markdownTable(tableRows(here)), fenced(formatPercentiles(here))];
    }),
  ];
  await writeFile(PAGE, page.filter((part) => part !== "").join("\n\n") + "\n");
}

async function versionOf(runtime: Runtime): Promise<string> {
  const { stdout } = await promisify(execFile)(runtimeCommand(runtime).command, ["--version"]);
  return `${runtime} ${/\d+\.\d+\.\d+/.exec(stdout)?.[0]}`;
}

function markdownTable([header = [], ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.trim()).join(" | ")} |`;
  const rule = header.map((_, column) => column === 0 ? "---" : "--:");
  return [line(header), line(rule), ...rows.map(line)].join("\n");
}

function fenced(text: string): string {
  return text.trim() === "" ? "" : "```text\n" + text.trim() + "\n```";
}
