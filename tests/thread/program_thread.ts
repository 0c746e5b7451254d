import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { Program } from "./program_worker.ts";

const LIMIT = 4500;

/** A thread of the program's own that uses a client. */
export class ProgramThread<Result> implements AsyncDisposable {
  readonly #worker: Worker;
  readonly #result: Promise<[Result]>;

  private constructor(worker: Worker, limit: number) {
    this.#worker = worker;
    this.#result = once(worker, "message", { signal: AbortSignal.timeout(limit) }) as Promise<[Result]>;
    this.#result.catch(() => {});
  }

  /** Starts it, and waits until it has begun. */
  static async start<Result>(program: Program, limit = LIMIT): Promise<ProgramThread<Result>> {
    const worker = new Worker(new URL("./program_worker.ts", import.meta.url), { workerData: program });
    await once(worker, "message", { signal: AbortSignal.timeout(LIMIT) });
    return new ProgramThread<Result>(worker, limit);
  }

  /** What it came to. */
  async result(): Promise<Result> {
    const [result] = await this.#result;
    return result;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker.terminate();
  }
}
