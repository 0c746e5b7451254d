// The thread of an echo server: tells its address, and serves until the thread is ended.
import { parentPort, workerData } from "node:worker_threads";
import { serversOfThisRuntime } from "../../tests/support/servers.ts";
import { tell } from "./shared_text.ts";

const { memory, ...options } = workerData;
const [{ start }] = serversOfThisRuntime();
const { url, port, ca } = await start(options);
if (memory === undefined) parentPort?.postMessage({ url, port, ca });
else tell(memory, JSON.stringify({ url, ca }));
