// Shows the three clients on the three runtimes, talking to an echo server of its own: node scripts/demo.ts
import process from "node:process";
import { startEchoServer } from "../examples/support/echo_server.ts";
import { runCommand, seconds } from "./command.ts";
import { type DemoResult, RESULT_MARK } from "./demo_result.ts";
import { demoTable } from "./demo_table.ts";
import { type Runtime, runtimes } from "./runtimes.ts";

/** A runtime's part takes 2 to 5 s. */
const limitMs = 60_000;

const startedAt = performance.now();
console.log("Starting two echo servers, with the npm package ws, on threads of their own");
await using plain = await startEchoServer();
await using secure = await startEchoServer({ tls: true });
console.log(`  ${plain.url}`);
console.log(`  ${secure.url}, with a certificate made just now`);

const results: DemoResult[] = [];
let failed = false;
for (const runtime of runtimes) {
  console.log(`\n${await versionOf(runtime)}: the three clients, one after the other`);
  failed = !await demonstrate(runtime) || failed;
}

console.log(`\nRound trips in microseconds, one 64-byte message at a time, waiting (not polling):\n`);
console.log(demoTable(results));
console.log(
  `\n${failed ? "Something failed" : "All went well"}, in ${seconds(performance.now() - startedAt)}.`,
);
console.log("Lower, with spinWaitDuration: null, at the price of a core: npm run bench");
process.exitCode = failed ? 1 : 0;

/** Runs the clients on one runtime, in a process of its own. */
async function demonstrate(runtime: Runtime): Promise<boolean> {
  const program = ["scripts/demo_clients.ts", plain.url, secure.url, secure.ca!];
  const command = runtime === "deno"
    ? ["deno", "run", "-A", "--no-check", ...program]
    : [runtime, ...program];
  const { code, timedOut, output } = await runCommand(command, {
    limitMs,
    onLine: (line) => {
      if (line.startsWith(RESULT_MARK)) {
        results.push({ runtime, ...JSON.parse(line.slice(RESULT_MARK.length)) });
      } else console.log(`  ${line}`);
    },
  });
  if (code === 0) return true;
  const why = timedOut ? "took too long" : code === null ? output.trim() : `ended with code ${code}`;
  console.log(`  FAILED: ${why}`);
  return false;
}

async function versionOf(runtime: Runtime): Promise<string> {
  const { output } = await runCommand([runtime, "--version"]);
  const version = output.match(/\d+\.\d+\.\d+/)?.[0] ?? "";
  return `${runtime[0]!.toUpperCase()}${runtime.slice(1)} ${version}`.trimEnd();
}
