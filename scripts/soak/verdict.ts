import type { ServerCount } from "./server_scenarios.ts";
import type { Sample, SoakResult } from "./soak.ts";
import type { Tally } from "./traffic.ts";

const MIB = 1024 * 1024;

/** How much more a process may hold at the end than at first. */
interface Bound {
  readonly name: string;
  of(sample: Sample): number;
  /** More than at first: by so much. */
  readonly by: number;
  /** Whether a short run says nothing about it: what is made on the first use is still being made. */
  readonly longRunsOnly: boolean;
  readonly unit: number;
}

/**
 * Allocators keep what they have once had; collectors leave something for next time. Of each thread that has ended the
 * runtimes themselves keep 4 to 8 KiB, and an hour has thousands of threads.
 */
export const BOUNDS: readonly Bound[] = [
  { name: "heap, MiB", of: ({ heap }) => heap, by: 8 * MIB, longRunsOnly: true, unit: MIB },
  { name: "external, MiB", of: ({ external }) => external, by: 8 * MIB, longRunsOnly: true, unit: MIB },
  { name: "RSS, MiB", of: ({ rss }) => rss, by: 96 * MIB, longRunsOnly: true, unit: MIB },
  { name: "descriptors", of: ({ descriptors }) => descriptors, by: 2, longRunsOnly: false, unit: 1 },
  { name: "threads", of: ({ threads }) => threads, by: 2, longRunsOnly: false, unit: 1 },
];
/** Processor time per visit: so many times that at first. */
const MOST_CPU = 1.5;
/** Samples at either end; the median counts. */
const SAMPLES = 3;
/** With fewer samples, a run is a short one. */
export const ENOUGH_SAMPLES = 12;

/** Why a soak has failed: empty when it has not. */
export function problemsOf(result: SoakResult, server: ServerCount): string[] {
  const problems = [...result.faults, ...server.faults];
  if (result.visits === 0) problems.push("no visit was made");
  difference("sent by the client, received by the server", result.sent, server.received);
  difference("sent by the server, received by the client", server.sent, result.received);
  const isLong = result.samples.length >= ENOUGH_SAMPLES;
  for (const { name, of, by, longRunsOnly, unit } of BOUNDS) {
    if (longRunsOnly && !isLong) continue;
    const [first, last] = ends(result.samples, of);
    if (last > first + by) {
      problems.push(`${name}: ${show(last / unit)} at the end, ${show(first / unit)} at first`);
    }
  }
  if (isLong) {
    const [first, last] = ends(result.samples.slice(1), ({ cpuPerVisit }) => cpuPerVisit);
    if (last > first * MOST_CPU) {
      problems.push(`CPU per visit, ms: ${show(last)} at the end, ${show(first)} at first`);
    }
  }
  return problems;

  function difference(what: string, one: Tally, other: Tally): void {
    if (one.messages === other.messages && one.bytes === other.bytes) return;
    problems.push(
      `${what}: ${one.messages} and ${other.messages} messages, ${one.bytes} and ${other.bytes} bytes`,
    );
  }
}

/** The median of the first samples, and of the last ones. */
export function ends(
  samples: readonly Sample[],
  of: (sample: Sample) => number,
): [first: number, last: number] {
  const count = samples.length >= ENOUGH_SAMPLES ? SAMPLES : 1;
  return [median(samples.slice(0, count).map(of)), median(samples.slice(-count).map(of))];
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}

function show(value: number): string {
  return value.toFixed(1);
}
