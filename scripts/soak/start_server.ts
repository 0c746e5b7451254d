import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { SoakServerAddress } from "./server.ts";
import type { ServerCount } from "./server_scenarios.ts";

/** A soak server in a process of its own. */
export interface SoakServer {
  readonly address: SoakServerAddress;
  /** Ends it, and answers what it has counted. */
  stop(): Promise<ServerCount>;
}

/** Starts a soak server, on Node whatever the client runs on. */
export async function startSoakServer(): Promise<SoakServer> {
  const node = fileURLToPath(new URL("../../node_modules/.bin/node", import.meta.url));
  const program = fileURLToPath(new URL("./server.ts", import.meta.url));
  const child = spawn(node, [program], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const exited = once(child, "exit");
  const address = JSON.parse(String((await lines.next()).value));
  const stop = async () => {
    child.stdin.end();
    const { value } = await lines.next();
    await exited;
    return JSON.parse(String(value));
  };
  return { address, stop };
}
