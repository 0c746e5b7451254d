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

/** What the thread can be asked. */
export type Request = StartRequest | FinishRequest;

/** What the thread answers. */
export type Reply =
  | { readonly ready: true }
  | Started
  | { readonly finished: readonly Finished[] }
  | { readonly failure: string };

/** A request or its reply, numbered: an answer that comes too late is not taken for the next one's. */
export interface Numbered<Content> {
  readonly id: number;
  readonly content: Content;
}

/** The number of what the thread says by itself, when it has loaded what it needs: it might not hear before. */
export const READY = 0;

/** Above the time that a script may take. */
const LIMIT = 4500;
/** Loading takes its time on a machine that many share. */
const READY_LIMIT = 25_000;

/** A thread that plays the server's part, so that a client may block this one. One case at a time. */
export class ServerThread {
  readonly #worker = new Worker(new URL("./server_worker.ts", import.meta.url));
  /** Rejects when the thread dies. */
  readonly #death = Promise.withResolvers<never>();
  /** Resolves with the thread's first words. */
  readonly #ready = this.#answerTo(READY);
  #lastId = READY;

  constructor() {
    this.#worker.once("error", this.#death.reject);
    this.#worker.once("exit", (code) => this.#death.reject(new Error(`The server thread ended: ${code}`)));
    // It is looked at by those who wait; nobody may.
    this.#death.promise.catch(() => {});
  }

  /** Waits until the thread has loaded what it needs. */
  async ready(): Promise<void> {
    await this.#read(this.#ready, READY_LIMIT, "load");
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

  #ask<Answer extends Reply>(content: Request): Promise<Answer> {
    const id = ++this.#lastId;
    const answer = this.#answerTo(id);
    this.#worker.postMessage({ id, content } satisfies Numbered<Request>);
    return this.#read<Answer>(answer, LIMIT, content.type);
  }

  #answerTo(id: number): Promise<Reply> {
    return new Promise((resolve) => {
      const listener = (reply: Numbered<Reply>) => {
        if (reply.id !== id) return;
        this.#worker.off("message", listener);
        resolve(reply.content);
      };
      this.#worker.on("message", listener);
    });
  }

  async #read<Answer extends Reply>(answer: Promise<Reply>, limit: number, what: string): Promise<Answer> {
    const first = Promise.race([answer, this.#death.promise]);
    const reply = await bounded(first, limit, `the server thread to ${what}`);
    if ("failure" in reply) throw new Error(`The server thread: ${reply.failure}`);
    return reply as Answer;
  }
}
