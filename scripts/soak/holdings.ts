import { readdirSync } from "node:fs";
import process from "node:process";

/** What the process holds: memory in bytes, the rest by number. */
export interface Holdings {
  readonly rss: number;
  readonly heap: number;
  /** Outside the heap, but held by objects in it. */
  readonly external: number;
  readonly descriptors: number;
  readonly threads: number;
  /** What keeps the event loop alive, by kind, where the runtime tells. */
  readonly handles: string;
}

/** Those of this moment. */
export function holdings(): Holdings {
  const { rss, heapUsed, external } = process.memoryUsage();
  return {
    rss,
    heap: heapUsed,
    external,
    descriptors: count("/proc/self/fd"),
    threads: count("/proc/self/task"),
    handles: handles(),
  };
}

/** Those that are left when what is ending has ended and garbage is gone. */
export async function settledHoldings(): Promise<Holdings> {
  for (let round = 0; round < 5; round++) {
    collectGarbage();
    // Finalizers run in turns of the event loop, and threads take a moment to end.
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return holdings();
}

function collectGarbage(): void {
  const { gc, Bun } = globalThis as { gc?: () => void; Bun?: { gc(synchronous: boolean): void } };
  if (Bun !== undefined) Bun.gc(true);
  else gc?.();
}

function count(directory: string): number {
  try {
    return readdirSync(directory).length;
  } catch {
    return 0;
  }
}

function handles(): string {
  const kinds = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  return [...kinds].sort().map(([kind, number]) => `${number} ${kind}`).join(", ");
}
