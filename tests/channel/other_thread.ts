import { Worker } from "node:worker_threads";
import type { Job } from "./end_worker.ts";

const LIMIT = 4_000;

/** Rejects when `promise` takes too long. */
export async function bounded<T>(promise: Promise<T>, what: string, limit: number = LIMIT): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: nothing after ${limit} ms`)), limit);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Turns of the event loop until `condition` holds. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  const limit = performance.now() + LIMIT;
  while (!condition()) {
    if (performance.now() > limit) throw new Error(`${what}: not after ${LIMIT} ms`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/** A thread that does a {@linkcode Job}. */
export class OtherThread implements AsyncDisposable {
  readonly #worker: Worker;
  readonly #messages: unknown[] = [];
  #failure: Error | undefined;
  #tell = () => {};

  private constructor(job: Job) {
    this.#worker = new Worker(new URL("./end_worker.ts", import.meta.url), { workerData: job });
    this.#worker.on("message", (message: unknown) => {
      this.#messages.push(message);
      this.#tell();
    });
    this.#worker.on("error", (error) => {
      this.#failure = error instanceof Error ? error : new Error(String(error));
      this.#tell();
    });
  }

  /** Starts a thread, and waits until its job has begun. */
  static async start(job: Job): Promise<OtherThread> {
    const thread = new OtherThread(job);
    await bounded(thread.#next(), `start of a thread for "${job.job}"`);
    return thread;
  }

  /** What the job came to. Ends the thread. */
  async result(limit?: number): Promise<unknown> {
    try {
      const message = await bounded(this.#next(), "the other thread", limit) as { readonly result: unknown };
      return message.result;
    } finally {
      await this.terminate();
    }
  }

  /** Waits until the thread says that it has stopped for good. */
  async stopped(): Promise<void> {
    const message = await bounded(this.#next(), "the other thread");
    if (message !== "stopped") throw new Error(`the other thread: ${message}`);
  }

  /** Ends the thread wherever it is. */
  async terminate(): Promise<void> {
    await this.#worker.terminate();
  }

  /** {@linkcode OtherThread.terminate}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.terminate();
  }

  async #next(): Promise<unknown> {
    while (this.#messages.length === 0) {
      if (this.#failure !== undefined) throw this.#failure;
      await new Promise<void>((resolve) => this.#tell = resolve);
    }
    return this.#messages.shift();
  }
}
