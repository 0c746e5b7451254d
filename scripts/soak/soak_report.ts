import type { RuntimeSoak } from "./soak_runtime.ts";
import type { Sample } from "./soak.ts";
import { BOUNDS, ends } from "./verdict.ts";

/** What came of a soak, in Markdown. */
export function soakReport(soaks: readonly RuntimeSoak[]): string {
  const rows: (readonly [name: string, of: (soak: RuntimeSoak) => string])[] = [
    ["minutes", ({ result }) => number(result?.samples.at(-1)?.minute)],
    ["connections", ({ result }) => number(result?.visits)],
    ["rounds through everything", ({ result }) => number(result?.rounds)],
    [
      "messages sent, received",
      ({ result }) => `${number(result?.sent.messages)}, ${number(result?.received.messages)}`,
    ],
    ["MiB sent, received", ({ result }) => `${mib(result?.sent.bytes)}, ${mib(result?.received.bytes)}`],
    ["echoes of the steady connections", ({ result }) => number(result?.steadyEchoes)],
    ["share of a core", ({ result }) => result === undefined ? "" : result.duty.toFixed(2)],
    ...BOUNDS.map(({ name, of, unit }) => [name, fromTo(of, unit)] as const),
    ["CPU per connection, ms", fromTo(({ cpuPerVisit }) => cpuPerVisit, 1, 1)],
    ["event loop late, median, ms", ({ result }) => worst(result?.samples, 0)],
    ["event loop late, 99 %, ms", ({ result }) => worst(result?.samples, 1)],
    ["event loop late, longest, ms", ({ result }) => worst(result?.samples, 2)],
    ["verdict", ({ problems }) => problems.length === 0 ? "passed" : `${problems.length} problems`],
  ];
  const lines = [
    `| at first → at the end | ${soaks.map(({ runtime }) => runtime).join(" | ")} |`,
    `| --- |${soaks.map(() => " --- |").join("")}`,
    ...rows.map(([name, of]) => `| ${name} | ${soaks.map(of).join(" | ")} |`),
  ];
  const problems = soaks.flatMap(({ runtime, problems }) =>
    problems.map((problem) => `- ${runtime}: ${problem}`)
  );
  return [...lines, ...(problems.length > 0 ? ["", ...problems] : [])].join("\n");
}

function fromTo(of: (sample: Sample) => number, unit: number, skip = 0): (soak: RuntimeSoak) => string {
  return ({ result }) => {
    if (result === undefined) return "";
    const [first, last] = ends(result.samples.slice(skip), of);
    return `${number(first / unit)} → ${number(last / unit)}`;
  };
}

function worst(samples: readonly Sample[] | undefined, index: number): string {
  return samples === undefined ? "" : number(Math.max(...samples.map(({ loopDelay }) => loopDelay[index]!)));
}

function mib(bytes: number | undefined): string {
  return bytes === undefined ? "" : number(bytes / 2 ** 20);
}

function number(value: number | undefined): string {
  if (value === undefined) return "";
  return Number.isInteger(value) ? `${value}` : value.toFixed(1);
}
