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
const options = {
  timeout: 60_000,
  skip: runtime === "bun" && "Bun's engine does not count what it allocates",
};

test("a message takes no more memory than it did", options, async () => {
  const command = runtime === "deno" ? ["run", "-A", "--no-check", program] : [program];
  const { code, output } = await run(command, { limit: 50_000 });
  assertEquals(code, 0, output);
  const found: Record<string, number> = JSON.parse(output.slice(output.indexOf("{")));
  const before: Record<string, number> = JSON.parse(await readFile(stored, "utf8"))[runtime];
  assertEquals(Object.keys(found), Object.keys(before), "node bench/allocations.ts --store");
  const grown = Object.keys(found).filter((name) => found[name]! > before[name]! + MORE);
  assertEquals(Object.fromEntries(grown.map((name) => [name, found[name]])), {}, "bytes per message");
});
