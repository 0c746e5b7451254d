import type { ClientOptions, ThreadOptions } from "../../mod.ts";
import type { ConformanceCase, Trait } from "./case.ts";
import { converse, converseInRunSync, readBlocking, receive, runBlocking } from "./programs.ts";
import type { Recording } from "./recorder.ts";

/** What runs the tests. */
export type Runtime = "deno" | "bun" | "node";

/** A transport's name. */
export type TransportName = NonNullable<ClientOptions["transport"]>;

/** The options of a case; styles with a thread use the one given. */
export type ProgramOptions = ClientOptions & Pick<ThreadOptions, "thread">;

/** A client style on a transport: a column of the report. */
export interface Column {
  readonly style: string;
  readonly transport: TransportName;
  readonly traits: readonly Trait[];
  /** Whether failures come to a handler's `onError`, and without one to the caller of `run`. */
  readonly hasHandler: boolean;
  /** Whether several can run at a time on one thread. */
  readonly concurrent: boolean;
  /** Runs a case's program once and tells what it was told. */
  run(subject: ConformanceCase, url: string, options: ProgramOptions): Recording | Promise<Recording>;
}

/** The runtime of this process. */
export function currentRuntime(): Runtime {
  if ("Deno" in globalThis) return "deno";
  return "Bun" in globalThis ? "bun" : "node";
}

/** Every style there is, on every transport of a runtime. */
export function columnsOf(runtime: Runtime): readonly Column[] {
  const eventDriven: readonly TransportName[] = runtime === "node" ? ["node"] : [runtime, "node"];
  return [
    ...columns("non-blocking", [...eventDriven, "syscall"], {
      run: withoutThread(converse),
      traits: [],
      hasHandler: true,
      concurrent: true,
    }),
    ...columns("non-blocking, runSync", ["syscall"], {
      run: withoutThread(converseInRunSync),
      traits: [],
      hasHandler: true,
      concurrent: false,
    }),
    ...columns("blocking, run", eventDriven, {
      run: runBlocking,
      traits: ["remote", "blocking"],
      hasHandler: true,
      concurrent: false,
    }),
    ...columns("blocking, run", ["syscall"], {
      run: withoutThread(runBlocking),
      traits: ["blocking"],
      hasHandler: true,
      concurrent: false,
    }),
    ...columns("blocking, read", eventDriven, {
      run: readBlocking,
      traits: ["remote", "blocking"],
      hasHandler: false,
      concurrent: false,
    }),
    ...columns("blocking, read", ["syscall"], {
      run: withoutThread(readBlocking),
      traits: ["blocking"],
      hasHandler: false,
      concurrent: false,
    }),
    ...columns("async", [...eventDriven, "syscall"], {
      run: receive,
      traits: ["remote"],
      hasHandler: false,
      concurrent: true,
    }),
  ];
}

/** Whether a case says anything about clients of this kind. */
export function appliesTo({ except = {}, handlesErrors }: ConformanceCase, column: Column): boolean {
  // Where failures are events, there is no handler to lack an `onError`.
  if (handlesErrors === false && !column.hasHandler) return false;
  return !column.traits.some((trait) => except[trait] !== undefined);
}

/** What a test is called: the report finds its cells by this name. */
export function cellName({ number, name }: ConformanceCase, { style, transport }: Column): string {
  return `${number} ${name} (${style}, ${transport})`;
}

function columns(
  style: string,
  transports: readonly TransportName[],
  rest: Omit<Column, "style" | "transport">,
): Column[] {
  return transports.map((transport) => ({ style, transport, ...rest }));
}

/** For styles that have their socket on the caller's thread. */
function withoutThread(run: Column["run"]): Column["run"] {
  return (subject, url, { thread: _, ...options }) => run(subject, url, options);
}
