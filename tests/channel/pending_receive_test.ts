import { execFile } from "node:child_process";
import process from "node:process";
import { describe, it } from "node:test";
import { promisify } from "node:util";
import { fileURLToPath } from "node:url";
import { assertEquals } from "@std/assert";

describe("channel: the process", () => {
  it("stays alive for a pending receive, and ends after it", async () => {
    const script = fileURLToPath(new URL("./pending_receive.ts", import.meta.url));
    const args = "Deno" in globalThis ? ["run", "-A", "--no-check", script] : [script];
    const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 4500 });
    assertEquals(stdout.trim(), "received 5 bytes");
  });
});
