/**
 * What the client costs by itself, without sockets and system calls: nanoseconds per message, the least of
 * many rounds. Steady where the other programs are not, and so the one to look at while changing code.
 *
 * `node bench/overhead.ts [case]`, in any runtime. A case alone is faster than in company, since the engine
 * then sees one kind of handler.
 *
 * @module
 */
import { CASES, checkLooked, type Pass } from "./client_cases.ts";

/** Many and short: some of them fall between two interruptions. */
const ROUNDS = 100;
const ROUND_MS = 4;

for (const [name, setUp] of Object.entries(CASES)) {
  if (!name.startsWith(process.argv[2] ?? "")) continue;
  const pass = await setUp();
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) times.push(nanosecondsPerMessage(pass));
  console.log(`${name.padEnd(26)}${Math.min(...times).toFixed(1).padStart(8)} ns`);
}
checkLooked();

function nanosecondsPerMessage(pass: Pass): number {
  const start = performance.now();
  let messages = 0;
  let now = start;
  while (now - start < ROUND_MS) {
    messages += pass();
    now = performance.now();
  }
  return (now - start) * 1e6 / messages;
}
