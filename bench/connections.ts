/**
 * What many connections on one thread cost: resident memory for each, in KiB, when all are open and idle; and the
 * processor time of this program, in microseconds, for each message that is sent and answered on them in turn.
 */
import process from "node:process";
import { ask } from "./ask.ts";
import type { Connection } from "./contestants/contestant.ts";

/** Connections that are being opened, or have a message under way, together. */
const TOGETHER = 64;
/** Messages that each connection sends; the first rounds warm up. */
const ROUNDS = 3;

await ask(async (bench) => {
  const url = bench.url("echo?size=64");
  const data = new Uint8Array(64).fill(7);
  const connections: Connection[] = [];
  const waiting: (() => void)[] = [];
  const open = async (index: number) => {
    const receiver = { wants: "arrival", onMessage: () => waiting[index]?.() } as const;
    connections[index] = await bench.connect(url, receiver);
  };
  const echo = (index: number) =>
    new Promise<void>((resolve) => {
      waiting[index] = resolve;
      connections[index].send(data);
    });

  // The first few bring in code and buffers that all share.
  const shared = Math.min(TOGETHER, bench.connections);
  await inTurn(0, shared, open);
  await inTurn(0, shared, echo);
  collectGarbage();
  const before = process.memoryUsage().rss;
  await inTurn(shared, shared + bench.connections, open);
  collectGarbage();
  const memory = (process.memoryUsage().rss - before) / bench.connections / 1024;

  const count = shared + bench.connections;
  for (let round = 1; round < ROUNDS; round++) await inTurn(0, count, echo);
  const cpuBefore = process.cpuUsage();
  await inTurn(0, count, echo);
  const { user, system } = process.cpuUsage(cpuBefore);
  return { value: memory, cpu: (user + system) / count };
});

/** Calls `task` for each index of `[from, to)`, some of them at a time. */
async function inTurn(from: number, to: number, task: (index: number) => Promise<void>): Promise<void> {
  let next = from;
  const worker = async () => {
    while (next < to) await task(next++);
  };
  await Promise.all(Array.from({ length: TOGETHER }, worker));
}

function collectGarbage(): void {
  const { Bun, gc } = globalThis as { Bun?: { gc(force: boolean): void }; gc?: () => void };
  if (Bun !== undefined) Bun.gc(true);
  else gc?.();
}
