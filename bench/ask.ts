import { parseArgs } from "node:util";
import { type Connect, loadContestant } from "./contestants/contestant.ts";
import { startServer } from "./server/start.ts";

/** What a benchmark program works with. */
export interface Bench {
  readonly connect: Connect;
  /** Payload size in bytes. */
  readonly size: number;
  /** Milliseconds before the measurement starts. */
  readonly warmUp: number;
  /** Milliseconds of measurement. */
  readonly duration: number;
  /** The benchmark server's address for a path such as `blast?size=64`. */
  url(path: string): string;
}

/** What a benchmark program finds. The unit is the question's. */
export interface Finding {
  readonly value: number;
  /** For times: the 99th percentile beside the median. */
  readonly p99?: number;
}

/**
 * The main function of every benchmark program: reads the command line, finds a server, measures, prints
 * the finding as one line of JSON, and ends the process.
 *
 * `<program> <contestant> [--size bytes] [--warm-up ms] [--duration ms] [--port of a running server]`
 */
export async function ask(measure: (bench: Bench) => Promise<Finding>): Promise<void> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      size: { type: "string", default: "64" },
      "warm-up": { type: "string", default: "400" },
      duration: { type: "string", default: "800" },
      port: { type: "string" },
    },
  });
  const connect = await loadContestant(positionals[0] ?? "silver9");
  const port = values.port ?? (await startServer()).port;
  const finding = await measure({
    connect,
    size: Number(values.size),
    warmUp: Number(values["warm-up"]),
    duration: Number(values.duration),
    url: (path) => `ws://127.0.0.1:${port}/${path}`,
  });
  // Not left to the event loop: a benchmark ends in the midst of traffic.
  process.stdout.write(JSON.stringify(finding) + "\n", () => process.exit(0));
}
