/** How many connections a second can be opened, each closed as soon as it is open. Connections per second. */
import { ask } from "./ask.ts";

/** Attempts that are under way together. */
const TOGETHER = 16;
/** Closed connections occupy ports for a while: not more than this in one run. */
const MAX_CONNECTIONS = 4000;

await ask(async (bench) => {
  const url = bench.url("echo?size=1");
  const receiver = { wants: "arrival", onMessage: () => {} } as const;
  let opened = 0;
  const openFor = async (milliseconds: number, limit: number) => {
    const before = opened;
    const start = performance.now();
    const opener = async () => {
      while (performance.now() - start < milliseconds && opened - before < limit) {
        const connection = await bench.connect(url, receiver);
        opened++;
        connection.close?.();
      }
    };
    await Promise.all(Array.from({ length: TOGETHER }, opener));
    return (opened - before) * 1000 / (performance.now() - start);
  };
  await openFor(bench.warmUp, MAX_CONNECTIONS / 4);
  return { value: await openFor(bench.duration, MAX_CONNECTIONS) };
});
