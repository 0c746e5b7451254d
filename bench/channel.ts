/**
 * Are channels worth having beside `postMessage`? Messages per second from this thread to another, and round
 * trips between the two, in turns within one run; medians, and their ratios.
 *
 * `deno run -A bench/channel.ts`, `bun bench/channel.ts`, `node bench/channel.ts`
 */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { WebSocketEvent } from "../src/client/events.ts";
import { createChannel } from "../src/channel/channel.ts";
import { controlCodec } from "../src/channel/control_codec.ts";
import { eventCodec } from "../src/channel/event_codec.ts";
import type { Task } from "./channel_worker.ts";

const ROUNDS = 5;
const WARM_UP_ROUNDS = 2;
const CAPACITY = 4 * 1024 * 1024;
const TARGET = 5;

/** `postMessage` may be a hundred times slower: messages in its first round, and how long the others last. */
const FIRST_POSTED = 100;
const POSTED_MS = 50;

/** What is sent in one round. */
interface Load {
  readonly size: number;
  readonly count: number;
  /** At most so many by `postMessage`, which queues them all. */
  readonly posted: number;
  readonly roundTrips: number;
}

const LOADS: readonly Load[] = [
  { size: 64, count: 100_000, posted: 10_000, roundTrips: 1_000 },
  { size: 1024, count: 30_000, posted: 3_000, roundTrips: 500 },
  { size: 64 * 1024, count: 4_000, posted: 1_000, roundTrips: 100 },
];

const worker = new Worker(new URL("./channel_worker.ts", import.meta.url));

async function reply(expected: string): Promise<void> {
  const [message] = await once(worker, "message");
  if (message !== expected) throw new Error(`worker: ${message}, not ${expected}`);
}

async function start(task: Task): Promise<void> {
  worker.postMessage(task);
  await reply("ready");
}

function event(size: number): WebSocketEvent {
  return { type: "binary", data: new Uint8Array(size).fill(7) };
}

/** Messages per millisecond by channel. */
async function channelRate(task: "drain" | "drainInPlace", { size, count }: Load): Promise<number> {
  const { sender, receiver } = createChannel(eventCodec, { capacity: CAPACITY });
  await start({ task, events: receiver.handle() });
  const message = event(size);
  const begin = performance.now();
  for (let index = 0; index < count; index++) sender.sendSync(message);
  sender.closeChannel();
  await reply("done");
  return count / (performance.now() - begin);
}

/** Messages per millisecond by `postMessage`. */
async function messageRate({ size }: Load, count: number): Promise<number> {
  await start({ task: "drainMessages", count });
  const message = event(size);
  const begin = performance.now();
  for (let index = 0; index < count; index++) worker.postMessage(message);
  await reply("done");
  return count / (performance.now() - begin);
}

/** Median milliseconds of a round trip by channel. */
async function channelRoundTrip(
  spinWaitDuration: null | undefined,
  { size, roundTrips }: Load,
): Promise<number> {
  const events = createChannel(eventCodec, { capacity: CAPACITY, spinWaitDuration });
  const control = createChannel(controlCodec, { capacity: CAPACITY, spinWaitDuration });
  await start({
    task: "echo",
    events: events.receiver.handle(),
    control: control.sender.handle(),
    spinWaitDuration,
  });
  const message = event(size);
  const times: number[] = [];
  for (let index = 0; index < roundTrips; index++) {
    const begin = performance.now();
    events.sender.sendSync(message);
    control.receiver.receiveSync();
    times.push(performance.now() - begin);
  }
  events.sender.closeChannel();
  await reply("done");
  return median(times);
}

/** Median milliseconds of a round trip by `postMessage`. */
async function messageRoundTrip({ size, roundTrips }: Load): Promise<number> {
  await start({ task: "echoMessages" });
  const message = event(size);
  const times: number[] = [];
  await new Promise<void>((resolve) => {
    let begin = performance.now();
    const onMessage = () => {
      times.push(performance.now() - begin);
      if (times.length === roundTrips) {
        worker.off("message", onMessage);
        return resolve();
      }
      begin = performance.now();
      worker.postMessage(message);
    };
    worker.on("message", onMessage);
    worker.postMessage(message);
  });
  return median(times);
}

function median(values: number[]): number {
  return values.toSorted((left, right) => left - right)[values.length >> 1];
}

function verdict(ratio: number): string {
  return `${ratio.toFixed(1)} times postMessage, target ${TARGET}: ${ratio >= TARGET ? "met" : "missed"}`;
}

for (const load of LOADS) {
  const rates = { owned: [] as number[], inPlace: [] as number[], message: [] as number[] };
  const trips = { polling: [] as number[], sleeping: [] as number[], message: [] as number[] };
  let posted = FIRST_POSTED;
  for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
    if (round === 0) {
      for (const values of [...Object.values(rates), ...Object.values(trips)]) values.length = 0;
    }
    rates.owned.push(await channelRate("drain", load));
    const postedPerMs = await messageRate(load, posted);
    rates.message.push(postedPerMs);
    posted = Math.max(FIRST_POSTED, Math.min(load.posted, Math.round(postedPerMs * POSTED_MS)));
    rates.inPlace.push(await channelRate("drainInPlace", load));
    trips.polling.push(await channelRoundTrip(null, load));
    trips.message.push(await messageRoundTrip(load));
    trips.sleeping.push(await channelRoundTrip(undefined, load));
  }
  const rate = (values: number[]) => `${median(values).toFixed(1)} k/s`;
  const micros = (values: number[]) => `${(median(values) * 1000).toFixed(2)} µs`;
  console.log(`${load.size} bytes`);
  console.log(`  postMessage           ${rate(rates.message)}, round trip ${micros(trips.message)}`);
  console.log(
    `  channel, own copies   ${rate(rates.owned)}: ${verdict(median(rates.owned) / median(rates.message))}`,
  );
  console.log(
    `  channel, in place     ${rate(rates.inPlace)}: ${
      verdict(median(rates.inPlace) / median(rates.message))
    }`,
  );
  console.log(
    `  round trip, polling   ${micros(trips.polling)}: ${
      verdict(median(trips.message) / median(trips.polling))
    }`,
  );
  console.log(`  round trip, sleeping  ${micros(trips.sleeping)}`);
}
await worker.terminate();
