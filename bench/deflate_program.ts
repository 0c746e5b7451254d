/**
 * One run of `deflate.ts`: `deflate_program.ts contestant receive|send size port milliseconds` prints microseconds per
 * message: of the clock, then of the processor, all threads together.
 *
 * @module
 */
import { zlibAlone } from "./deflate_alone.ts";
import { contestants } from "./deflate_contestants.ts";
import { jsonMessages } from "./deflate_messages.ts";

const [name, direction, size, port, duration] = process.argv.slice(2);
const WARM_UP_MS = 300;
/** Bytes sent before the server is asked whether it has them. */
const SENT_AT_ONCE = 1024 * 1024;

let looked = 0;
const measure = name === "zlib" ? zlibOnly : direction === "receive" ? receiving : sending;
console.log((await measure(Number(size), Number(duration))).join(" "));
if (looked === 0) throw new Error("Nothing was looked at");
process.exit(0);

async function receiving(size: number, duration: number): Promise<number[]> {
  let messages = 0;
  const client = await contestants[name](`ws://127.0.0.1:${port}/blast?size=${size}`, (text) => {
    if (text.length !== size) throw new Error(`${text.length} units in place of ${size}`);
    looked += text.charCodeAt(size - 1);
    messages++;
  });
  await wait(WARM_UP_MS);
  const before = messages;
  const watch = stopwatch();
  await wait(duration);
  const result = watch(messages - before);
  client.close();
  return result;
}

async function sending(size: number, duration: number): Promise<number[]> {
  let answered: () => void = () => {};
  const client = await contestants[name](`ws://127.0.0.1:${port}/sink`, (text) => {
    looked += text.length;
    answered();
  });
  const texts = jsonMessages(size, SENT_AT_ONCE / size);
  const round = async (): Promise<void> => {
    const done = new Promise<void>((resolve) => answered = resolve);
    client.sendAll(texts);
    client.ask();
    await done;
  };
  const warm = performance.now() + WARM_UP_MS;
  while (performance.now() < warm) await round();
  const watch = stopwatch();
  const end = performance.now() + duration;
  let rounds = 0;
  while (performance.now() < end) {
    await round();
    rounds++;
  }
  const result = watch(rounds * texts.length);
  client.close();
  return result;
}

function zlibOnly(size: number, duration: number): Promise<number[]> {
  const pass = zlibAlone(direction, size);
  const warm = performance.now() + WARM_UP_MS;
  while (performance.now() < warm) looked += pass();
  const watch = stopwatch();
  const end = performance.now() + duration;
  let messages = 0;
  while (performance.now() < end) messages += pass();
  return Promise.resolve(watch(messages));
}

function stopwatch(): (messages: number) => number[] {
  const start = performance.now();
  const before = process.cpuUsage();
  return (messages) => {
    const { user, system } = process.cpuUsage(before);
    return [(performance.now() - start) * 1000 / messages, (user + system) / messages];
  };
}

function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
