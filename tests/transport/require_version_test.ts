import process from "node:process";
import { test } from "node:test";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { WebSocketError } from "../../src/core/errors.ts";
import { detectRuntime } from "../../src/transport/detect.ts";
import { isAtLeast, requireVersion } from "../../src/transport/require_version.ts";

const runtime = detectRuntime();

test("versions are compared number by number", () => {
  for (
    const [version, least] of [["2.7.6", "2.7.6"], ["2.10.0", "2.9.9"], ["3.0.0", "2.9"], ["1.2", "1.2.0"]]
  ) {
    assert(isAtLeast(version!, least!), `${version} is at least ${least}`);
  }
  for (const [version, least] of [["2.7.5", "2.7.6"], ["2.9.9", "2.10"], ["1.9.9", "2"], ["1.2", "1.2.1"]]) {
    assert(!isAtLeast(version!, least!), `${version} is not ${least} yet`);
  }
  assert(isAtLeast("26.0.0-nightly2026", "26.0.0"));
});

test("what this runtime is too old for is refused by name, and nothing else", () => {
  const version = process.versions[runtime]!;
  requireVersion({ runtime, since: version, what: "this" });
  const other = runtime === "deno" ? "bun" : "deno";
  requireVersion({ runtime: other, since: "999.0.0", what: "this" });
  const old = () => requireVersion({ runtime, since: "999.0.0", what: "time travel" });
  const error = assertThrows(old, WebSocketError);
  assertEquals(error.code, "InvalidConfiguration");
  const name = { deno: "Deno", bun: "Bun", node: "Node" }[runtime];
  assertEquals(error.message, `time travel needs ${name} 999.0.0 or later; this is ${version}`);
});
