import { Worker } from "node:worker_threads";
import { bounded } from "./bounded.ts";
import type { Delivery } from "./delivery.ts";
import type { SuiteName } from "./suites.ts";

/** Asks for servers that play one case, one for each way in which its bytes are to travel. */
export interface StartRequest {
  readonly type: "start";
  readonly suite: SuiteName;
  /** Of the case in its suite. */
  readonly index: number;
  readonly deliveries: readonly Delivery[];
}

/** Asks for the end of these servers. */
export interface FinishRequest {
  readonly type: "finish";
}

/** The servers listen. */
export interface Started {
  /** As many as deliveries, in their order. */
  readonly urls: readonly string[];
  /** Over TLS, the authority to trust: PEM. */
  readonly ca: string | undefined;
}

/** How the case went, seen from a server. */
export interface Finished {
  readonly connections: number;
  /** What the script threw. */
  readonly error: string | undefined;
}

/** What the thread answers. */
export type Reply = Started | { readonly finished: readonly Finished[] } | { readonly failure: string };

/** Below `bun test`'s five seconds, and above the time that a script may take. */
const LIMIT = 4500;

/** A thread that plays the server's part, so that a client may block this one. One case at a time. */
export class ServerThread {
  readonly #worker = new Worker(new URL("./server_worker.ts", import.meta.url));
  /** Rejects when the thread dies. */
  readonly #death = Promise.withResolvers<never>();

  constructor() {
    this.#worker.once("error", this.#death.reject);
    this.#worker.once("exit", (code) => this.#death.reject(new Error(`The server thread ended: ${code}`)));
    // It is looked at by those who wait; nobody may.
    this.#death.promise.catch(() => {});
  }

  start(request: Omit<StartRequest, "type">): Promise<Started> {
    return this.#ask<Started>({ type: "start", ...request });
  }

  /** Waits for the scripts to end. */
  async finish(): Promise<readonly Finished[]> {
    const { finished } = await this.#ask<{ readonly finished: readonly Finished[] }>({ type: "finish" });
    return finished;
  }

  async stop(): Promise<void> {
    await this.#worker.terminate();
  }

  async #ask<Answer extends Reply>(request: StartRequest | FinishRequest): Promise<Answer> {
    const { promise, resolve } = Promise.withResolvers<Reply>();
    this.#worker.once("message", resolve);
    try {
      this.#worker.postMessage(request);
      const answer = Promise.race([promise, this.#death.promise]);
      const reply = await bounded(answer, LIMIT, `the server thread to ${request.type}`);
      if ("failure" in reply) throw new Error(`The server thread: ${reply.failure}`);
      return reply as Answer;
    } finally {
      this.#worker.off("message", resolve);
    }
  }
}
