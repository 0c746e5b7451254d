import process from "node:process";
import { Worker } from "node:worker_threads";
import { waitForText } from "./shared_text.ts";

/** The server that an example talks to. */
export interface ExampleServer {
  readonly url: string;
  /** The authority that vouches for the embedded server's certificate: PEM. */
  readonly ca?: string;
}

/**
 * The URL given on the command line, or else an echo server on a thread of its own, which ends with the process.
 * Returns when the server is there, without a promise, so that blocking examples can have one too.
 */
export function exampleServer(options: { readonly tls?: boolean } = {}): ExampleServer {
  const url = process.argv[2];
  if (url !== undefined) return { url };
  const memory = new SharedArrayBuffer(16 * 1024);
  const workerData = { ...options, memory };
  new Worker(new URL("./echo_server_worker.ts", import.meta.url), { workerData }).unref();
  return JSON.parse(waitForText(memory, 10_000));
}
