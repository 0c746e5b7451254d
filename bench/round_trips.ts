import type { Bench, Finding } from "./ask.ts";

/** Rounds that are measured at least, however long each takes. */
const MIN_ROUNDS = 20;

/**
 * Microseconds from sending `burst` messages to the arrival of the last answer: the median and the 99th
 * percentile of all rounds in the time.
 */
export async function roundTrips(
  bench: Bench,
  { burst, spin }: { burst: number; spin: boolean },
): Promise<Finding> {
  const data = new Uint8Array(bench.size).fill(7);
  const times: number[] = [];
  const { promise: done, resolve } = Promise.withResolvers<void>();
  let missing = 0;
  let sentAt = 0;
  let measuredFrom = 0;
  const connection = await bench.connect(bench.url(`echo?size=${bench.size}${spin ? "&spin" : ""}`), {
    wants: "arrival",
    onMessage() {
      if (--missing > 0) return;
      const now = performance.now();
      if (now > measuredFrom) {
        times.push(now - sentAt);
        if (now > measuredFrom + bench.duration && times.length >= MIN_ROUNDS) return resolve();
      }
      next();
    },
  });
  const next = () => {
    missing = burst;
    sentAt = performance.now();
    if (burst === 1) connection.send(data);
    else connection.sendMany(data, burst);
  };
  measuredFrom = performance.now() + bench.warmUp;
  next();
  await done;
  times.sort((a, b) => a - b);
  return { value: quantile(times, 0.5) * 1000, p99: quantile(times, 0.99) * 1000 };
}

function quantile(sorted: readonly number[], q: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))];
}
