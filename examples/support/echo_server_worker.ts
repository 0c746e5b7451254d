// The thread of an echo server: tells its address, and serves until the thread is ended.
import { parentPort, workerData } from "node:worker_threads";
import { serversOfThisRuntime } from "../../tests/support/servers.ts";

const [{ start }] = serversOfThisRuntime();
const { url, port, ca } = await start(workerData);
parentPort?.postMessage({ url, port, ca });
