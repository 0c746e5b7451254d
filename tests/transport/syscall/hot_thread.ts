/**
 * A thread that ends when the compilers have just begun to look at what it does: `workerData` says after how many
 * milliseconds of reading.
 *
 * @module
 */
import { workerData } from "node:worker_threads";
import { connectPolled } from "../../../src/transport/syscall/connect_polled.ts";

const { port, duration } = workerData as { port: number; duration: number };
const stream = connectPolled({ host: "127.0.0.1", port, tls: undefined, socket: {} }, {
  deadline: Infinity,
  expired: () => new Error("late"),
  enterPhase: () => {},
});
for (const end = performance.now() + duration; performance.now() < end;) stream.read();
stream.close();
