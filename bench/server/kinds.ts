import type { NativePrograms } from "../native/build.ts";
import { pinned } from "../pinning.ts";
import type { Question } from "../questions.ts";
import { type BenchServer, startProgram, startServer } from "./start.ts";

/** Servers that are started when a question wants them, and stopped together. */
export class Servers {
  readonly #running = new Map<string, Promise<BenchServer>>();
  readonly #native: string | undefined;

  constructor(native: NativePrograms) {
    this.#native = native.server;
  }

  /** The server that a question wants: in Bun, the same over TLS, or in C where there is a compiler. */
  for({ server: kind = "bun", sameCore = false }: Question): Promise<BenchServer> {
    const key = `${kind} ${sameCore}`;
    let server = this.#running.get(key);
    if (server === undefined) this.#running.set(key, server = this.#start(kind, sameCore));
    return server;
  }

  /** Stops all of them. */
  async stop(): Promise<void> {
    for (const server of this.#running.values()) (await server).stop();
  }

  #start(kind: Question["server"], sameCore: boolean): Promise<BenchServer> {
    if (kind !== "native" || this.#native === undefined) return startServer({ tls: kind === "tls" });
    const program = { command: this.#native, args: [] };
    return startProgram(sameCore ? pinned(program) : program);
  }
}
