import { readdirSync } from "node:fs";
import process from "node:process";
import { describe, it } from "node:test";
import { assert, assertEquals } from "@std/assert";
import { AsyncClient, type AsyncOptions, BlockingClient, type BlockingOptions, IoThread } from "../../mod.ts";
import { until } from "../client/setup.ts";
import { PeerThread } from "./peer_thread.ts";

/** `CYCLES=1000` for the full run. Each client with a thread of its own takes some 20 to 100 ms. */
const cycles = Number(process.env.CYCLES ?? 20);
// A thread takes a third of a second to start where many share the machine.
const limit = Math.max(10_000, cycles * 1_500);

/** What a connection could leave behind, where the system tells. */
interface Holdings {
  readonly threads: number;
  readonly descriptors: number;
}

function holdings(): Holdings {
  return {
    threads: readdirSync("/proc/self/task").length,
    descriptors: readdirSync("/proc/self/fd").length,
  };
}

function memory(): number {
  (globalThis as { gc?: () => void }).gc?.();
  return process.memoryUsage().rss;
}

function blockingCycle(url: string, options: BlockingOptions = {}): void {
  const client = BlockingClient.connect(url, options);
  client.sendText("hello");
  const types = [client.read()?.type, client.read()?.type];
  client.close();
  for (const event of client) types.push(event.type);
  assertEquals(types, ["activated", "text", "closed", "quit"]);
}

async function asyncCycle(url: string, options: AsyncOptions = {}): Promise<void> {
  const client = await AsyncClient.connect(url, options);
  const thread = client.run();
  client.control.sendText("hello");
  assertEquals((await client.events.receive())?.type, "activated");
  assertEquals((await client.events.receive())?.type, "text");
  client.control.close();
  for await (const _ of client.events);
  assertEquals((await thread.join()).wasClean, true);
}

/** Runs a cycle again and again: after the first few, nothing more is held than before. */
async function leavesNothing(times: number, cycle: () => void | Promise<void>): Promise<void> {
  for (let warmUp = 0; warmUp < 5; warmUp++) await cycle();
  const settled = await settle();
  const memoryBefore = memory();
  for (let count = 0; count < times; count++) await cycle();
  let now = holdings();
  const isAsBefore = () => {
    now = holdings();
    return now.threads <= settled.threads && now.descriptors <= settled.descriptors;
  };
  await until("threads and descriptors to go", isAsBefore, 4000).catch((error) => {
    throw new Error(`${error.message}: ${JSON.stringify({ settled, now })}`);
  });
  const grown = memory() - memoryBefore;
  // Garbage that has not been collected yet, 8 MiB of channels for each client, comes to some 100 MiB.
  assert(grown < 256 * MIB, `${grown / MIB} MiB more after ${times} cycles`);
}

const MIB = 1024 * 1024;

/** What is held once the threads that are ending have ended. */
async function settle(): Promise<Holdings> {
  let before = holdings();
  let since = performance.now();
  await until("a standstill", () => {
    const now = holdings();
    if (now.threads !== before.threads || now.descriptors !== before.descriptors) since = performance.now();
    before = now;
    return performance.now() - since > 200;
  });
  return before;
}

describe(`${cycles} connections one after the other leave nothing behind`, {
  skip: process.platform !== "linux",
}, () => {
  const test = (name: string, body: (url: string) => Promise<void>) =>
    it(name, { timeout: limit }, async () => {
      await using peer = await PeerThread.start("echo");
      await body(peer.url);
    });

  test("blocking, each with a thread of its own", (url) => leavesNothing(cycles, () => blockingCycle(url)));

  test("async, each with a thread of its own", (url) => leavesNothing(cycles, () => asyncCycle(url)));

  test("blocking, on one thread", async (url) => {
    await using thread = new IoThread();
    await leavesNothing(cycles * 5, () => blockingCycle(url, { thread }));
  });

  test("async, on one thread", async (url) => {
    await using thread = new IoThread();
    await leavesNothing(cycles * 5, () => asyncCycle(url, { thread }));
  });

  test("connecting in vain", () =>
    leavesNothing(cycles, async () => {
      // The discard port; nobody listens there.
      await AsyncClient.connect("ws://127.0.0.1:9").then(() => assert(false), () => {});
    }));
});
