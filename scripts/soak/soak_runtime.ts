import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { runCommand } from "../command.ts";
import type { Runtime } from "../runtimes.ts";
import type { ClientSettings } from "./client.ts";
import type { ServerCount } from "./server_scenarios.ts";
import type { SoakResult, SoakSettings } from "./soak.ts";
import { startSoakServer } from "./start_server.ts";
import { problemsOf } from "./verdict.ts";

/** How a soak went on one runtime. */
export interface RuntimeSoak {
  readonly runtime: Runtime;
  readonly result: SoakResult | undefined;
  readonly server: ServerCount | undefined;
  /** Why it has failed, if it has. */
  readonly problems: readonly string[];
}

const clientProgram = fileURLToPath(new URL("./client.ts", import.meta.url));
const binaries = new URL("../../node_modules/.bin/", import.meta.url);
/** What a soak may take beyond its time: the last visits, and a machine that others use. */
const GRACE_MS = 5 * 60_000;

/** Soaks the client on a runtime, in a process of its own, against a server in another one. */
export async function soakRuntime(
  runtime: Runtime,
  settings: SoakSettings,
  onLine: (line: string) => void = () => {},
): Promise<RuntimeSoak> {
  const server = await startSoakServer();
  const directory = await mkdtemp(path.join(tmpdir(), "soak-"));
  try {
    const authority = path.join(directory, "ca.pem");
    await writeFile(authority, server.address.ca);
    const clientSettings: ClientSettings = { ...settings, server: server.address };
    const program = [clientProgram, JSON.stringify(clientSettings)];
    const command = [
      fileURLToPath(new URL(runtime, binaries)),
      ...argumentsFor(runtime, authority),
      ...program,
    ];
    const limitMs = settings.minutes * 60_000 + GRACE_MS;
    const { code, timedOut, output } = await runCommand(command, { limitMs, onLine });
    const counts = await server.stop();
    const result = resultIn(output);
    if (result !== undefined && code === 0) {
      return { runtime, result, server: counts, problems: problemsOf(result, counts) };
    }
    const why = timedOut ? "did not end in time" : `ended with code ${code}`;
    return { runtime, result, server: counts, problems: [`the client ${why}: ${output.slice(-2000)}`] };
  } finally {
    await rm(directory, { recursive: true });
  }
}

function argumentsFor(runtime: Runtime, authority: string): string[] {
  switch (runtime) {
    case "deno":
      return ["run", "-A", "--no-check", "--v8-flags=--expose-gc", `--cert=${authority}`];
    case "bun":
      return [];
    case "node":
      return ["--expose-gc", "--disable-warning=ExperimentalWarning"];
  }
}

function resultIn(output: string): SoakResult | undefined {
  const line = output.split("\n").findLast((line) => line.startsWith('{"result"'));
  return line === undefined ? undefined : JSON.parse(line).result;
}
