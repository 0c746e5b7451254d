import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { Board } from "./board.ts";
import type { ScriptName } from "./peer_scripts.ts";

/** What the thread is told when it starts. */
export interface PeerJob {
  readonly script: ScriptName;
  readonly board: SharedArrayBuffer;
}

/** Below `bun test`'s limit, so that the error which says what was waited for comes first. */
const LIMIT = 4500;

/** A server that plays a script on a thread of its own, so that the client may block this one. */
export class PeerThread implements AsyncDisposable {
  readonly url: string;
  /** What test and script tell each other while one of them is blocked. */
  readonly board: Board;
  readonly #worker: Worker;

  private constructor(worker: Worker, url: string, board: Board) {
    this.#worker = worker;
    this.url = url;
    this.board = board;
  }

  static async start(script: ScriptName): Promise<PeerThread> {
    const board = new Board();
    const workerData: PeerJob = { script, board: board.memory };
    const worker = new Worker(new URL("./peer_worker.ts", import.meta.url), { workerData });
    const [url] = await once(worker, "message");
    return new PeerThread(worker, url, board);
  }

  /** Waits for the script to end; throws what it threw. */
  async finish(limit = LIMIT): Promise<void> {
    this.#worker.postMessage("finish");
    const timeout = AbortSignal.timeout(limit);
    try {
      const [error] = await once(this.#worker, "message", { signal: timeout });
      if (error !== null) throw new Error(`The server: ${error}`);
    } finally {
      await this.#worker.terminate();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker.terminate();
  }
}
