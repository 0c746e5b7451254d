/** The thread at the other end of a channel in tests. Does one job and tells what came of it. */
import { parentPort, workerData } from "node:worker_threads";
import type { Codec } from "../../src/channel/codec.ts";
import type { ReceiverHandle, SenderHandle } from "../../src/channel/handle.ts";
import { Receiver } from "../../src/channel/receiver.ts";
import type { SendResult } from "../../src/channel/sender.ts";
import { Sender } from "../../src/channel/sender.ts";
import { bytesCodec, pattern } from "./bytes_codec.ts";
import { checkNumbered, numberedMessage } from "./numbered.ts";
import { Random } from "./random.ts";

/** How an end waits: blocking, on the event loop, or without pausing at all. */
export type WaitingStyle = "sync" | "async" | "polling";

/** What a thread is to do. */
export type Job =
  | {
    /** Sends `count` numbered messages of up to `maxLength` bytes, now and then pausing. Answers `count`. */
    readonly job: "send";
    readonly handle: SenderHandle<Uint8Array>;
    readonly sender: number;
    readonly count: number;
    readonly maxLength: number;
    readonly style: WaitingStyle;
    readonly seed: number;
  }
  | {
    /** Receives until the end, now and then pausing. Answers what came, as `[sender, index]`, in order. */
    readonly job: "receive";
    readonly handle: ReceiverHandle<Uint8Array>;
    readonly style: WaitingStyle;
    readonly seed: number;
  }
  | {
    /** Sends one message. Answers the result. */
    readonly job: "sendOne";
    readonly handle: SenderHandle<Uint8Array>;
    readonly length: number;
    readonly style: WaitingStyle;
  }
  | {
    /** Stops for good while it writes a message, or between two parts of a long one; or sends 5 bytes in a while. */
    readonly job: "stopInMessage" | "stopBetweenParts" | "sendLater";
    readonly handle: SenderHandle<Uint8Array>;
  }
  | {
    /** Stops for good while it reads a message, with the lock held. */
    readonly job: "stopInReceive";
    readonly handle: ReceiverHandle<Uint8Array>;
  };

const pauseWord = new Int32Array(new SharedArrayBuffer(4));

function pauseSometimes(random: Random): void {
  if (random.below(100) === 0) Atomics.wait(pauseWord, 0, 0, random.below(3));
}

function stop(): never {
  parentPort!.postMessage("stopped");
  for (;;) Atomics.wait(pauseWord, 0, 0);
}

const codec = bytesCodec;
const stoppingCodec: Codec<Uint8Array> = { ...codec, encode: stop, decode: stop };

function begun(): void {
  parentPort!.postMessage("begun");
}

async function sendNumbered(job: Job & { job: "send" }): Promise<number> {
  const random = new Random(job.seed);
  const sender = Sender.from(job.handle, {
    codec,
    spinWaitDuration: job.style === "polling" ? null : undefined,
  });
  begun();
  for (let index = 0; index < job.count; index++) {
    // Mostly short ones, as in life.
    const length = random.below(20) === 0 ? random.below(job.maxLength) : random.below(64);
    const message = numberedMessage({ sender: job.sender, index }, length);
    const { sent } = job.style === "async" ? await sender.send(message) : sender.sendSync(message);
    if (!sent) return index;
    pauseSometimes(random);
  }
  sender.release();
  return job.count;
}

async function receiveNumbered(job: Job & { job: "receive" }): Promise<[sender: number, index: number][]> {
  const random = new Random(job.seed);
  const spinWaitDuration = job.style === "polling" ? null : undefined;
  const receiver = Receiver.from(job.handle, { codec, spinWaitDuration });
  begun();
  const received: [sender: number, index: number][] = [];
  for (;;) {
    const message = job.style === "async" ? await receiver.receive() : receiver.receiveSync();
    if (!message) break;
    const { sender, index } = checkNumbered(message);
    received.push([sender, index]);
    pauseSometimes(random);
  }
  receiver.release();
  return received;
}

async function sendOne(job: Job & { job: "sendOne" }): Promise<SendResult<Uint8Array>> {
  using sender = Sender.from(job.handle, { codec });
  begun();
  const message = pattern(job.length);
  return job.style === "async" ? await sender.send(message) : sender.sendSync(message);
}

/** The pause gives the receiver's process the time to end, if nothing keeps it. */
function sendLater(handle: SenderHandle<Uint8Array>): Promise<SendResult<Uint8Array>> {
  Atomics.wait(pauseWord, 0, 0, 200);
  return Sender.from(handle, { codec }).send(pattern(5));
}

function run(job: Job): Promise<unknown> {
  switch (job.job) {
    case "send":
      return sendNumbered(job);
    case "receive":
      return receiveNumbered(job);
    case "sendOne":
      return sendOne(job);
    case "sendLater":
      return sendLater(job.handle);
    case "stopInMessage":
      begun();
      Sender.from(job.handle, { codec: stoppingCodec }).sendSync(pattern(8));
      break;
    case "stopBetweenParts":
      begun();
      Sender.from(job.handle, { codec }).send(pattern(1000));
      stop();
      break;
    case "stopInReceive":
      begun();
      Receiver.from(job.handle, { codec: stoppingCodec }).receiveSync();
  }
  throw new Error(`${job.job}: went on`);
}

parentPort!.postMessage({ result: await run(workerData as Job) });
