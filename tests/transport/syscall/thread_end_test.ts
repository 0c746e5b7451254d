import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { assertEquals, assertMatch } from "@std/assert";
import { Listener } from "../peer.ts";
import { run } from "../run.ts";

const probe = fileURLToPath(new URL("./thread_end_probe.ts", import.meta.url));
const command = "Deno" in globalThis ? ["run", "-A", "--no-check", probe] : [probe];

// Without what node_exit.ts does, about one run in five crashes in Node.
test("threads that make system calls may end at any moment", { timeout: 60_000 }, async () => {
  await using listener = await Listener.open();
  const { code, output } = await run([...command, String(listener.port)], { limit: 50_000 });
  assertMatch(output, /^survived$/m);
  assertEquals(code, 0);
});
