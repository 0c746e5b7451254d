/**
 * The body of an I/O thread: hosts the connections that its owner asks for. `IoThread` loads it by itself; a bundler
 * does not know that. There, a module of one's own that imports nothing but this one is a further entry of the bundle,
 * and the option `workerUrl` says where the bundler put it.
 *
 * ```ts ignore
 * // worker.ts, beside the program
 * import "@silver9/websocket/worker";
 * ```
 *
 * @module
 */
import { setInterval } from "node:timers";
import { parentPort } from "node:worker_threads";
import { ConnectionHost } from "./connection_host.ts";
import type { ThreadRequest } from "./thread_request.ts";

const hosts = new Set<ConnectionHost>();
let stopping = false;

/** Milliseconds. */
const BEAT_INTERVAL = 1000;
// Whoever waits for a connection on this thread would otherwise wait for ever when the thread is terminated.
setInterval(() => {
  for (const connection of hosts) connection.beat();
}, BEAT_INTERVAL).unref();

async function host(connection: ConnectionHost): Promise<void> {
  hosts.add(connection);
  try {
    await connection.serve();
  } finally {
    hosts.delete(connection);
    stopWhenIdle();
  }
}

/** The thread ends when nothing is left to do and nothing more will come. */
function stopWhenIdle(): void {
  if (!stopping || hosts.size > 0) return;
  // Deno's port has no `close`; its worker has, as on the web.
  if (typeof parentPort?.close === "function") parentPort.close();
  else (globalThis as unknown as { close(): void }).close();
}

parentPort?.on("message", (request: ThreadRequest) => {
  if (request.type === "open") {
    void host(new ConnectionHost(request.open));
  } else {
    stopping = true;
    if (request.force) { for (const connection of hosts) connection.forceQuit(); }
    stopWhenIdle();
  }
});
