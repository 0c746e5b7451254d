import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { assertEquals } from "@std/assert";
import { currentRuntime } from "../../bench/runtimes.ts";
import { run } from "../transport/run.ts";

const program = fileURLToPath(new URL("../../bench/allocations.ts", import.meta.url));
const stored = new URL("../../bench/allocations.json", import.meta.url);
const runtime = currentRuntime();

/** The smallest object takes more. */
const MORE = 8;
const ATTEMPTS = 4;
const options = {
  timeout: 125_000,
  skip: runtime === "bun" && "Bun's engine does not count what it allocates",
};

test("a message takes no more memory than it did", options, async () => {
  const before: Record<string, number> = JSON.parse(await readFile(stored, "utf8"))[runtime];
  let grown: Record<string, number> = {};
  // When the engine compiles late, some calls make objects that it would leave out.
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const found = await allocations();
    assertEquals(Object.keys(found), Object.keys(before), "node bench/allocations.ts --store");
    grown = Object.fromEntries(Object.entries(found).filter(([name, bytes]) => bytes > before[name]! + MORE));
    if (Object.keys(grown).length === 0) break;
  }
  assertEquals(grown, {}, "bytes per message");
});

/** Bytes per message, by the name of the case. */
async function allocations(): Promise<Record<string, number>> {
  const command = runtime === "deno" ? ["run", "-A", "--no-check", program] : [program];
  const { code, output } = await run(command, { limit: 30_000 });
  assertEquals(code, 0, output);
  return JSON.parse(output.slice(output.indexOf("{")));
}
