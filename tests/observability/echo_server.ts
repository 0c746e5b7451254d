import { once } from "node:events";
import { Worker } from "node:worker_threads";

/** A server on a thread of its own, so that a client may block this one. */
export class EchoServer implements AsyncDisposable {
  readonly port: number;
  readonly #worker: Worker;

  private constructor(worker: Worker, port: number) {
    this.#worker = worker;
    this.port = port;
  }

  static async start(): Promise<EchoServer> {
    const worker = new Worker(new URL("./echo_worker.ts", import.meta.url));
    const [port] = await once(worker, "message");
    return new EchoServer(worker, port);
  }

  get url(): string {
    return `ws://127.0.0.1:${this.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker.terminate();
  }
}
