/**
 * permessage-deflate beside the other clients: microseconds per JSON message of 1 KiB and 64 KiB, each way, with both
 * context takeovers and zlib's default level, 6; after the slash, the processor's time, all threads together, which is
 * steadier on a busy machine. `zlib` is what the runtime's zlib takes alone: no client that uses it can be faster. A
 * process per run; the contestants take turns, and the median of their runs counts.
 *
 * `node bench/deflate.ts [repetitions] [milliseconds of a run] [runtime]`
 *
 * @module
 */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type Runtime, runtimeCommand, RUNTIMES } from "./runtimes.ts";
import { startProgram } from "./server/start.ts";

const [repetitions = "5", duration = "700", only] = process.argv.slice(2);
const program = fileURLToPath(new URL("./deflate_program.ts", import.meta.url));
const CONTESTANTS: Record<Runtime, readonly string[]> = {
  deno: ["zlib", "silver9", "ws"],
  bun: ["zlib", "silver9", "ws", "own"],
  node: ["zlib", "silver9", "ws"],
};

const node = runtimeCommand("node");
const server = await startProgram({
  command: node.command,
  args: [...node.args, fileURLToPath(new URL("./deflate_server.ts", import.meta.url))],
});
for (const runtime of RUNTIMES) {
  if (only !== undefined && only !== runtime) continue;
  for (const direction of ["receive", "send"]) {
    for (const size of [1024, 65536]) {
      const times: Record<string, number[][]> = {};
      for (let round = 0; round < Number(repetitions); round++) {
        for (const contestant of CONTESTANTS[runtime]) {
          (times[contestant] ??= []).push(run(runtime, contestant, direction, size));
        }
      }
      const cells = Object.entries(times).map(([name, runs]) =>
        `${name} ${[0, 1].map((kind) => median(runs.map((run) => run[kind])).toFixed(1)).join("/")}`
      );
      const question = `${runtime.padEnd(5)} ${direction.padEnd(8)} ${String(size).padStart(5)} B`;
      console.log(`${question}: ${cells.join(", ")} µs`);
    }
  }
}
server.stop();

function run(runtime: Runtime, contestant: string, direction: string, size: number): number[] {
  const { command, args } = runtimeCommand(runtime);
  const parameters = [program, contestant, direction, String(size), String(server.port), duration];
  const output = execFileSync(command, [...args, ...parameters], { encoding: "utf8", timeout: 20_000 });
  return output.trim().split(" ").map(Number);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}
