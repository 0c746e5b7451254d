/**
 * Runs threads that make system calls and end: `thread_end_probe.ts PORT`. Says so when it has survived them.
 *
 * @module
 */
import { once } from "node:events";
import process from "node:process";
import { Worker } from "node:worker_threads";

for (let duration = 2; duration < 62; duration += 3) {
  const workerData = { port: Number(process.argv[2]), duration };
  await once(new Worker(new URL("./hot_thread.ts", import.meta.url), { workerData }), "exit");
}
console.log("survived");
