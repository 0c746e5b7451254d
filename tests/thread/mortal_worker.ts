/**
 * An I/O thread that ends badly when it is told to on the broadcast channel `mortal`: `"throw"`, or `"hang"`.
 *
 * @module
 */
import { BroadcastChannel } from "node:worker_threads";
import "../../src/thread/worker.ts";

const channel = new BroadcastChannel("mortal");
channel.onmessage = (event: unknown) => {
  if ((event as MessageEvent).data === "hang") Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  setTimeout(() => {
    throw new Error("The thread was told to die");
  });
};
(channel as unknown as { unref?(): void }).unref?.();
