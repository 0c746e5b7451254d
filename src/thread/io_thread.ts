import { Worker } from "node:worker_threads";
import { WebSocketError } from "../core/errors.ts";
import type { OpenRequest } from "./open_request.ts";
import { requireVersion } from "../transport/require_version.ts";
import type { ThreadRequest } from "./thread_request.ts";
import { defaultWorkerUrl } from "./worker_url.ts";

/** How to start a thread. */
export interface IoThreadOptions {
  /**
   * The worker's module, for bundles, which leave it out: a module of yours that says
   * `import "@silver9/websocket/worker"` is an entry of its own there, and this is its URL, for example
   * `new URL("./worker.js", import.meta.url)`. Being one file, it also starts faster: on Node in half the time.
   * Default: the module as published.
   */
  readonly workerUrl?: string | URL;
}

/**
 * A background thread that hosts connections: one thread for as many as one likes. Clients that are given none start
 * one each.
 *
 * It does not keep the process alive while it hosts nothing, and ends with {@linkcode IoThread.close}.
 *
 * @example
 * ```ts
 * import { AsyncClient, IoThread } from "@silver9/websocket";
 *
 * await using thread = new IoThread();
 * const urls = ["wss://example.com/a", "wss://example.com/b"];
 * const clients = await Promise.all(urls.map((url) => AsyncClient.connect(url, { thread })));
 * for (const client of clients) client.run();
 * ```
 */
export class IoThread implements AsyncDisposable {
  readonly #worker: Worker;
  readonly #exited: Promise<void>;
  readonly #watchers = new Set<(error: WebSocketError) => void>();
  #active = 0;
  #closed = false;
  #failure: WebSocketError | undefined;

  /** Starts the thread. If it cannot start, the first connection says why. */
  constructor(options: IoThreadOptions = {}) {
    // Before, `Atomics.waitAsync` did not wake an idle event loop.
    requireVersion({ runtime: "deno", since: "2.7.6", what: "a background thread" });
    this.#worker = startWorker(options.workerUrl ?? defaultWorkerUrl());
    this.#worker.unref();
    this.#worker.on("error", (error) => this.#fail("failed", error));
    this.#exited = new Promise((resolve) => {
      this.#worker.on("exit", () => {
        this.#fail("ended");
        resolve();
      });
    });
  }

  /** Ends the thread: its connections end as by `forceQuit`. One that does not end by itself is terminated. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#post({ type: "stop", force: true });
    this.#worker.ref();
    const late = setTimeout(() => this.terminate(), CLOSE_LIMIT);
    await this.#exited;
    clearTimeout(late);
  }

  /** {@linkcode IoThread.close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** @internal Hosts one more connection. */
  open(request: OpenRequest): void {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#closed) throw new WebSocketError("Io", "The I/O thread was closed");
    this.#post({ type: "open", open: request });
  }

  /** @internal No further connection will come: the thread ends with the last one. */
  stopWhenIdle(): void {
    this.#post({ type: "stop", force: false });
  }

  /** @internal Ends it where it is: it does not answer. */
  terminate(): void {
    void this.#worker.terminate();
  }

  /** @internal Keeps the process alive until released as often. */
  hold(): void {
    if (this.#active++ === 0) this.#worker.ref();
  }

  /** @internal Ends what `hold` began. */
  release(): void {
    if (--this.#active === 0) this.#worker.unref();
  }

  /** @internal Calls back if the thread ends or fails before `unwatch`. */
  watch(watcher: (error: WebSocketError) => void): () => void {
    if (this.#failure !== undefined) queueMicrotask(() => watcher(this.#failure!));
    else this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  #post(request: ThreadRequest): void {
    this.#worker.postMessage(request);
  }

  #fail(what: string, cause?: unknown): void {
    const detail = cause instanceof Error ? `: ${cause.message}` : "";
    // Bundlers do not see that its module is needed.
    const hint = detail.includes("Cannot find module")
      ? "; in a bundle, the option workerUrl says where"
      : "";
    this.#failure ??= new WebSocketError("Io", `The I/O thread ${what}${detail}${hint}`, { cause });
    for (const watcher of this.#watchers) watcher(this.#failure);
    this.#watchers.clear();
  }
}

/** How long a thread may take to end, in milliseconds. */
const CLOSE_LIMIT = 5_000;

function startWorker(url: string | URL): Worker {
  try {
    return new Worker(new URL(url));
  } catch (cause) {
    const message = `Cannot start the I/O thread: ${(cause as Error).message}`;
    throw new WebSocketError("InvalidConfiguration", message, { cause });
  }
}
