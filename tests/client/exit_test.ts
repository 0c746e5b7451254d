import { describe, it } from "node:test";
import { assertEquals } from "@std/assert";
import { execFile } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { closeFrame } from "../support/frames.ts";
import { rawServer } from "../support/raw_server.ts";
import { runtime, transports } from "./setup.ts";

const program = fileURLToPath(new URL("./exit_program.ts", import.meta.url));
// Node warns of its FFI module.
const runtimeArguments = {
  deno: ["run", "-A", "--no-check"],
  bun: ["run"],
  node: ["--disable-warning=ExperimentalWarning"],
}[runtime];

/** Runs the program; answers its exit code and what it printed. */
function run(...args: string[]): Promise<{ code: unknown; output: string }> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [...runtimeArguments, program, ...args],
      { timeout: 4000, killSignal: "SIGKILL" },
      (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : error.killed ? "killed" : error.code, output: stdout + stderr }),
    );
  });
}

const scenarios = [
  "closed by the client",
  "keep-alive, polling and a signal",
  "polling at long intervals",
  "forceQuit",
  "a callback that throws",
  "using, not waited for",
  "refused by the server",
  "connect aborted",
];

for (const transport of transports) {
  describe(`a program exits by itself, ${transport} transport`, () => {
    for (const scenario of scenarios) {
      it(scenario, async () => {
        await using server = await rawServer(async (peer) => {
          await peer.handshake();
          // Whichever way the client goes.
          const frame = await peer.readFrame().catch(() => undefined);
          if (frame === undefined) return;
          await peer.send(closeFrame(frame.close?.code));
          await peer.end();
        });
        assertEquals(await run(scenario, server.url, transport), { code: 0, output: "done\n" });
      });
    }
  });
}
