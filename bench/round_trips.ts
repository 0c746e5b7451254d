import process from "node:process";
import type { Bench, Finding } from "./ask.ts";

/** Rounds that are measured at least, however long each takes; and at most. */
const MIN_ROUNDS = 20;
const MAX_ROUNDS = 2 ** 20;

/** Microseconds from sending `burst` messages to the arrival of the last answer: of all rounds in the time. */
export async function roundTrips(
  bench: Bench,
  { burst, spin }: { burst: number; spin: boolean },
): Promise<Finding> {
  const data = new Uint8Array(bench.size).fill(7);
  // Made beforehand, so that it never grows in the midst of a round.
  const times = new Float64Array(MAX_ROUNDS);
  const { promise: done, resolve } = Promise.withResolvers<void>();
  let rounds = 0;
  let missing = 0;
  let sentAt = 0;
  let measuredFrom = 0;
  let cpuBefore: NodeJS.CpuUsage | undefined;
  const connection = await bench.connect(bench.url(`echo?size=${bench.size}${spin ? "&spin" : ""}`), {
    wants: "arrival",
    onMessage() {
      if (--missing > 0) return;
      const now = performance.now();
      if (now > measuredFrom) {
        cpuBefore ??= process.cpuUsage();
        times[rounds++] = now - sentAt;
        const enough = now > measuredFrom + bench.duration && rounds >= MIN_ROUNDS;
        if (enough || rounds === MAX_ROUNDS) {
          bench.leave();
          return resolve();
        }
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
  const { user, system } = process.cpuUsage(cpuBefore);
  return { ...microseconds(times.subarray(0, rounds).sort()), cpu: (user + system) / (rounds - 1) };
}

/** The quantiles that a plot shows: evenly spaced on a scale of nines. */
const QUANTILES = [0, 0.25, 0.5, 0.75, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999, 0.9995, 0.9999, 1];

function microseconds(sorted: Float64Array): Finding {
  const quantile = (q: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] * 1000;
  // Beyond the last of these, a run has no time to tell.
  const told = QUANTILES.filter((q) => q === 1 || sorted.length * (1 - q) >= 1);
  return {
    value: quantile(0.5),
    p99: quantile(0.99),
    p999: quantile(0.999),
    max: quantile(1),
    distribution: told.map((q) => [q, quantile(q)]),
  };
}
