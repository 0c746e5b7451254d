/**
 * How much memory is allocated for a message that nobody looks at. Bytes per message.
 *
 * In Deno and Node the engine counts, and counts its own heap only. Bun's engine does not tell: run it
 * with `BUN_JSC_useGC=0`, and the growth of the process is what was allocated.
 */
import { getHeapStatistics } from "node:v8";
import { ask } from "./ask.ts";
import { currentRuntime } from "./runtimes.ts";

const WARM_UP_MESSAGES = 100_000;
const MESSAGES = 400_000;

await ask(async (bench) => {
  const { promise: done, resolve } = Promise.withResolvers<number>();
  let count = 0;
  let before = 0;
  await bench.connect(bench.url(`blast?size=${bench.size}`), {
    wants: "arrival",
    onMessage() {
      count++;
      if (count === WARM_UP_MESSAGES) before = allocated();
      else if (count === WARM_UP_MESSAGES + MESSAGES) resolve(allocated() - before);
    },
  });
  return { value: await done / MESSAGES };
});

function allocated(): number {
  if (currentRuntime() === "bun") return process.memoryUsage().rss;
  return (getHeapStatistics() as { total_allocated_bytes?: number }).total_allocated_bytes ?? NaN;
}
