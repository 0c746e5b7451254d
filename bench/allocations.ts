/**
 * How many bytes the client allocates for a message, by itself: counted by the engine, and so the same on a busy machine.
 * `node bench/allocations.ts` prints them as JSON, and so does Deno; Bun's engine does not count. With `--store` they
 * become what `tests/bench/allocations_test.ts` compares with.
 *
 * @module
 */
import { readFile, writeFile } from "node:fs/promises";
import process from "node:process";
import { getHeapStatistics } from "node:v8";
import { currentRuntime, type Runtime } from "./runtimes.ts";
import { CASES, checkLooked, type Pass } from "./client_cases.ts";

const STORED = new URL("./allocations.json", import.meta.url);

/** Enough for the engine to compile what it is going to compile. */
const WARM_UP_MESSAGES = 1_000_000;
const MESSAGES = 1_000_000;

const found: Record<string, number> = {};
for (const [name, setUp] of Object.entries(CASES)) {
  const pass = await setUp();
  passAtLeast(pass, WARM_UP_MESSAGES);
  // A turn, for what the engine has compiled meanwhile.
  await new Promise((resolve) => setTimeout(resolve));
  const before = allocated();
  const messages = passAtLeast(pass, MESSAGES);
  found[name] = Math.round((allocated() - before) / messages);
}
checkLooked();

if (process.argv.includes("--store")) await store(currentRuntime(), found);
console.log(JSON.stringify(found));

/** Keeps what was found for this runtime. */
async function store(runtime: Runtime, found: Record<string, number>): Promise<void> {
  const stored = JSON.parse(await readFile(STORED, "utf8").catch(() => "{}"));
  await writeFile(STORED, JSON.stringify({ ...stored, [runtime]: found }, null, 2) + "\n");
}

function passAtLeast(pass: Pass, count: number): number {
  let messages = 0;
  while (messages < count) messages += pass();
  return messages;
}

/** Bytes that this thread's heap has ever given out. */
function allocated(): number {
  const { total_allocated_bytes: bytes } = getHeapStatistics() as { total_allocated_bytes?: number };
  if (bytes === undefined) throw new Error("This runtime does not count what it allocates");
  return bytes;
}
