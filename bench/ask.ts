import { parseArgs } from "node:util";
import { type Connect, type Connection, loadContestant } from "./contestants/contestant.ts";
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
  /** How many connections are open at once, where the question is about many. */
  readonly connections: number;
  /** The benchmark server's address for a path such as `blast?size=64`. */
  url(path: string): string;
  /** Ends the measurement for connections that have this thread for themselves. */
  leave(): void;
}

/** What a benchmark program finds. The unit is the question's. */
export interface Finding {
  readonly value: number;
  /** For times: percentiles beside the median, and the worst. */
  readonly p99?: number;
  readonly p999?: number;
  readonly max?: number;
  /** For times: quantiles from 0 to 1 and what was found there, for plots. */
  readonly distribution?: readonly (readonly [quantile: number, value: number])[];
  /** Processor time that this program took for each: of a round trip, for example. Microseconds. */
  readonly cpu?: number;
}

/**
 * The main function of every benchmark program: reads the command line, finds a server, measures, prints
 * the finding as one line of JSON, and ends the process.
 *
 * `<program> <contestant> [--size bytes] [--warm-up ms] [--duration ms] [--connections n] [--port of a running server] [--tls]`
 */
export async function ask(measure: (bench: Bench) => Promise<Finding>): Promise<void> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      size: { type: "string", default: "64" },
      "warm-up": { type: "string", default: "400" },
      duration: { type: "string", default: "800" },
      connections: { type: "string", default: "100" },
      port: { type: "string" },
      tls: { type: "boolean", default: false },
    },
  });
  const connect = await loadContestant(positionals[0] ?? "silver9");
  const connections: Connection[] = [];
  const port = values.port ?? (await startServer()).port;
  const finding = await measure({
    connect: async (url, receiver) => {
      const connection = await connect(url, receiver);
      connections.push(connection);
      return connection;
    },
    leave: () => connections.forEach((connection) => connection.leave?.()),
    size: Number(values.size),
    warmUp: Number(values["warm-up"]),
    duration: Number(values.duration),
    connections: Number(values.connections),
    url: (path) => `${values.tls ? "wss" : "ws"}://127.0.0.1:${port}/${path}`,
  });
  // Not left to the event loop: a benchmark ends in the midst of traffic.
  process.stdout.write(JSON.stringify(finding) + "\n", () => process.exit(0));
}
