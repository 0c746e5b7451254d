/** A process with nothing to do but wait for a message that a thread sends in a while. */
import { Worker } from "node:worker_threads";
import { createChannel } from "../../src/channel/channel.ts";
import { bytesCodec } from "./bytes_codec.ts";
import type { Job } from "./end_worker.ts";

const { sender, receiver } = createChannel(bytesCodec, { capacity: 128 });
const workerData: Job = { job: "sendLater", handle: sender.handle() };
new Worker(new URL("./end_worker.ts", import.meta.url), { workerData }).unref();
console.log(`received ${(await receiver.receive())?.length} bytes`);
receiver.release();
