import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { assertEquals, assertMatch } from "@std/assert";
import { detectRuntime, type RuntimeName } from "../../../src/transport/detect.ts";
import { run } from "../run.ts";

const probe = fileURLToPath(new URL("./availability_probe.ts", import.meta.url));

/** How to run a program without what system calls need, and what it says then. */
interface Lack {
  readonly name: string;
  readonly args: readonly string[];
  readonly says: RegExp;
}

const permission = /^InvalidConfiguration: options: transport "syscall" needs permission .*--allow-ffi$/m;

const lacks: Readonly<Record<RuntimeName, readonly Lack[]>> = {
  deno: [{
    name: "without --allow-ffi",
    args: ["run", "--no-check", "--no-prompt", "--allow-read", "--allow-env", "--allow-net", "--allow-sys"],
    says: permission,
  }],
  bun: [],
  node: [
    { name: "without --allow-ffi", args: ["--permission", "--allow-fs-read=*"], says: permission },
    {
      name: "without node:ffi",
      args: ["--no-experimental-ffi"],
      says: /^InvalidConfiguration: options: transport "syscall" needs the module node:ffi: Node 26/m,
    },
  ],
};

const plain: Readonly<Record<RuntimeName, readonly string[]>> = {
  deno: ["run", "--no-check", "--no-prompt"],
  bun: [],
  node: [],
};

describe("availability of system calls", () => {
  const runtime = detectRuntime();
  const limits = { timeout: 30_000 };

  for (const { name, args, says } of lacks[runtime]) {
    test(`${name}: an error that says what to do`, limits, async () => {
      const { output } = await run([...args, probe], { limit: 20_000 });
      assertMatch(output, says);
    });
  }

  test("with everything, connecting itself fails", limits, async () => {
    const args = runtime === "deno" ? ["run", "-A", "--no-check"] : [];
    const { output } = await run([...args, probe], { limit: 20_000 });
    assertMatch(output, /^ConnectionFailed: Cannot connect to 127.0.0.1:1: connection refused$/m);
  });

  test("loading the modules asks for nothing and warns of nothing", limits, async () => {
    const { code, output } = await run([...plain[runtime], probe, "load"], { limit: 20_000 });
    assertEquals({ code, output }, { code: 0, output: "" });
  });
});
