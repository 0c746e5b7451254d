import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { runtimeCommand } from "../runtimes.ts";

/** A benchmark server in a process of its own. */
export interface BenchServer {
  readonly port: number;
  stop(): void;
}

/** Starts the server and waits for its port. */
export async function startServer(): Promise<BenchServer> {
  const program = fileURLToPath(new URL("./main.ts", import.meta.url));
  const { command, args } = runtimeCommand("bun");
  const child = spawn(command, [...args, program], { stdio: ["pipe", "pipe", "inherit"] });
  const [line] = await once(child.stdout, "data", { signal: AbortSignal.timeout(10_000) });
  return { port: Number(String(line)), stop: () => child.stdin.end() };
}
