import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { EchoServer, EchoServerOptions } from "../../tests/support/servers.ts";

/**
 * Starts an echo server for the demo and the examples: a real one, with `tls: true` on a certificate made on
 * the spot (give its `ca` to the client's `tls.caCerts`). It has a thread of its own, so that a client may block
 * this one.
 *
 * @example
 * ```ts
 * await using server = await startEchoServer();
 * const client = BlockingClient.connect(server.url);
 * ```
 */
export async function startEchoServer(options: EchoServerOptions = {}): Promise<EchoServer> {
  const worker = new Worker(new URL("./echo_server_worker.ts", import.meta.url), { workerData: options });
  // Rejects with the worker's error when it cannot start.
  const [address] = await once(worker, "message") as [Pick<EchoServer, "url" | "port" | "ca">];
  const close = async () => {
    await worker.terminate();
  };
  return { ...address, close, [Symbol.asyncDispose]: close };
}
