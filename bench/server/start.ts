import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Command } from "../pinning.ts";
import { runtimeCommand } from "../runtimes.ts";

/** A benchmark server in a process of its own. */
export interface BenchServer {
  readonly port: number;
  /** Over TLS: the file with the authority's certificate, PEM. */
  readonly caFile?: string;
  stop(): void;
}

/** Starts the server in Bun and waits for its port. */
export function startServer({ tls = false } = {}): Promise<BenchServer> {
  const program = fileURLToPath(new URL("./main.ts", import.meta.url));
  const { command, args } = runtimeCommand("bun");
  return startProgram({ command, args: [...args, program, ...(tls ? ["--tls"] : [])] });
}

/** Starts any program that prints its port first and ends with its standard input. */
export async function startProgram({ command, args }: Command): Promise<BenchServer> {
  const child = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
  const [line] = await once(child.stdout, "data", { signal: AbortSignal.timeout(10_000) });
  const [port, caFile] = String(line).trim().split(" ");
  return { port: Number(port), caFile, stop: () => child.stdin.end() };
}
