import { mkdir, writeFile } from "node:fs/promises";
import * as vega from "vega";
import { compile, type TopLevelSpec } from "vega-lite";
import { type Answer, medianOf } from "./report.ts";
import type { Runtime } from "./runtimes.ts";

/** The same colour for a contestant in every plot; the library's own stands out. */
const COLOURS: Readonly<Record<string, string>> = {
  silver9: "#d62728",
  "silver9-syscall": "#d62728",
  "silver9-syscall-waiting": "#d62728",
  own: "#1f77b4",
  ws: "#2ca02c",
  undici: "#9467bd",
  s9_websocket: "#ff7f0e",
  tungstenite: "#8c564b",
  c: "#17becf",
  raw: "#999999",
  "raw-syscall": "#999999",
};

/** One point of a plot. */
interface Point {
  readonly runtime: Runtime;
  readonly contestant: string;
  readonly x: number;
  readonly y: number;
}

/** A plot: which points, and how its axes are to be read. */
interface Plot {
  readonly file: string;
  readonly title: string;
  readonly points: readonly Point[];
  readonly x: object;
  readonly y: object;
}

/** Draws what the answers hold; a plot without points is left out. Answers the names of the files. */
export async function drawPlots(answers: readonly Answer[], directory: URL): Promise<string[]> {
  await mkdir(directory, { recursive: true });
  const plots = [
    distribution("round-trip", "Round trip of 64 bytes, event-driven", named(answers, "round trip 64 B")),
    distribution("polling", "Round trip of 64 bytes, polling", named(answers, "syscall polling 64 B")),
    bySize(
      "receive",
      "Receiving, by size of message",
      answers.filter(({ question }) => isReceiving(question)),
    ),
    byConnections("connections", "Memory of an idle connection", answers),
  ].filter(({ points }) => points.length > 0);
  for (const plot of plots) await writeFile(new URL(plot.file, directory), await svgOf(plot));
  return plots.map(({ file }) => file);
}

function named(answers: readonly Answer[], name: string): Answer[] {
  return answers.filter(({ question }) => question.name === name);
}

function isReceiving({ name }: Answer["question"]): boolean {
  return /^receive (64 B, touched|\d+ [KM]iB)$/.test(name);
}

/** Where latency lies: the quantiles on a scale of nines, the median over the repetitions at each. */
function distribution(file: string, title: string, answers: readonly Answer[]): Plot {
  const points = answers.flatMap(({ runtime, findings }) =>
    Object.entries(findings).flatMap(([contestant, runs]) => {
      const values = new Map<number, number[]>();
      for (const run of runs) {
        for (const [quantile, value] of run?.distribution ?? []) {
          if (quantile < 1) values.set(quantile, [...values.get(quantile) ?? [], value]);
        }
      }
      return [...values].map(([quantile, found]): Point => ({
        runtime,
        contestant,
        x: 1 / (1 - quantile),
        y: median(found),
      }));
    })
  );
  return {
    file: `${file}.svg`,
    title,
    points,
    x: {
      title: "percentile",
      scale: { type: "log" },
      axis: {
        values: [2, 10, 100, 1000, 10000],
        labelExpr: "format(100 * (1 - 1 / datum.value), '~g') + ' %'",
      },
    },
    y: { title: "µs", scale: { type: "log" } },
  };
}

function bySize(file: string, title: string, answers: readonly Answer[]): Plot {
  const points = answers.flatMap(({ runtime, question, findings }) =>
    Object.entries(findings).map(([contestant, runs]): Point => {
      const value = medianOf(runs);
      return {
        runtime,
        contestant,
        x: question.size,
        y: question.unit === "M/s" ? value * question.size : value,
      };
    })
  );
  return {
    file: `${file}.svg`,
    title,
    points: points.filter(({ y }) => !Number.isNaN(y)),
    x: {
      title: null,
      scale: { type: "log", base: 2 },
      axis: { values: [64, 1024, 8192, 65536, 2 ** 20], labelExpr: SIZE_LABEL },
    },
    y: { title: "MB/s", scale: { type: "log" } },
  };
}

/** As a Vega expression. */
const SIZE_LABEL = "datum.value < 1024 ? datum.value + ' B' : " +
  "datum.value < 1048576 ? datum.value / 1024 + ' KiB' : datum.value / 1048576 + ' MiB'";

function byConnections(file: string, title: string, answers: readonly Answer[]): Plot {
  const points = answers.flatMap(({ runtime, question, findings }) =>
    question.connections === undefined ? [] : Object.entries(findings).map(([contestant, runs]): Point => ({
      runtime,
      contestant,
      x: question.connections!,
      y: medianOf(runs),
    }))
  );
  return {
    file: `${file}.svg`,
    title,
    points: points.filter(({ y }) => y > 0),
    x: { title: "connections", scale: { type: "log" } },
    y: { title: "KiB each", scale: { type: "log" } },
  };
}

function median(values: readonly number[]): number {
  return medianOf(values.map((value) => ({ value })));
}

/** One picture: a column for each runtime, a line for each contestant. */
async function svgOf({ title, points, x, y }: Plot): Promise<string> {
  const contestants = [...new Set(points.map(({ contestant }) => contestant))];
  const spec = {
    background: "white",
    title,
    data: { values: points as Point[] },
    facet: { column: { field: "runtime", title: null } },
    spec: {
      width: 260,
      height: 260,
      mark: { type: "line", point: { size: 20 } },
      encoding: {
        x: { field: "x", type: "quantitative", ...x },
        y: { field: "y", type: "quantitative", ...y },
        color: {
          field: "contestant",
          type: "nominal",
          title: null,
          scale: { domain: contestants, range: contestants.map((name) => COLOURS[name] ?? "#bcbd22") },
        },
      },
    },
  } as TopLevelSpec;
  const view = new vega.View(vega.parse(compile(spec).spec), { renderer: "none" });
  return await view.toSVG();
}
