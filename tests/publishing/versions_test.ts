import { test } from "node:test";
import { assert, assertEquals } from "@std/assert";
import { runtimeVersions } from "../../scripts/runtime_versions.ts";
import { runtimes } from "../../scripts/runtimes.ts";
import { broken, supportedVersions } from "../../scripts/versions/supported_versions.ts";
import { type Answers, features } from "../../scripts/versions/try_version.ts";

const answers = Object.fromEntries(features.map((feature) => [feature, "ok"])) as Answers;

test("the README names an oldest version of each runtime, and as the newest the one that the tests run on", async () => {
  const versions = await supportedVersions();
  const newest = await runtimeVersions();
  for (const runtime of runtimes) {
    const own = versions.filter((version) => version.runtime === runtime);
    assert(own.some(({ complete }) => !complete), `an oldest ${runtime}`);
    assertEquals(own.at(-1), { runtime, version: newest[runtime], complete: true });
  }
});

test("a version may refuse by name what it is too old for, but not the clients, and not in other words", () => {
  const old = { runtime: "node", version: "22.0.0", complete: false } as const;
  const refusing = { ...answers, syscall: "InvalidConfiguration: too old" };
  assertEquals(broken(old, answers), []);
  assertEquals(broken(old, refusing), []);
  assertEquals(broken({ ...old, complete: true }, refusing).length, 1);
  assertEquals(broken(old, { ...answers, syscall: "SIGILL: panic" }).length, 1);
  assertEquals(broken(old, { ...answers, async: "InvalidConfiguration: too old" }).length, 1);
});
