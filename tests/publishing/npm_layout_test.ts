import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { assert, assertEquals } from "@std/assert";
import { PackedModule } from "./packed_module.ts";
import { runtime, runtimeCommand } from "./runtime.ts";
import { ScratchProject, threeEchoes } from "./scratch_project.ts";

describe("the package that JSR makes for npm", () => {
  let packed: PackedModule;
  before(async () => {
    packed = await PackedModule.create();
  });
  after(() => packed[Symbol.asyncDispose]());

  it("runs the three clients, and their thread, from JavaScript alone", async () => {
    await using project = await ScratchProject.create();
    await project.install(packed.tarball);
    // Nothing must lead to a source: Node refuses TypeScript in node_modules.
    await project.run(["find", "node_modules", "-name", "*.ts", "-delete"]);
    assertEquals(await project.run(runtimeCommand("three_clients.js", packed.server.url)), threeEchoes);
  });

  it("is installed by the runtime's package manager", { skip: runtime === "deno" }, async () => {
    await using project = await ScratchProject.create();
    const dependency = `@silver9/websocket@file:${packed.tarball}`;
    const command = runtime === "bun"
      ? [...runtimeCommand("add"), dependency]
      : ["npm", "install", "--offline", "--no-audit", "--no-fund", dependency];
    const cache = { BUN_INSTALL_CACHE_DIR: project.path("cache"), npm_config_cache: project.path("cache") };
    await project.run(command, cache);
    assertEquals(await project.run(runtimeCommand("three_clients.js", packed.server.url)), threeEchoes);
  });

  it("has every entry point, with its types, and needs no other package", async () => {
    await using project = await ScratchProject.create();
    await project.install(packed.tarball);
    const root = project.path("node_modules/@silver9/websocket");
    const { exports, dependencies } = JSON.parse(await readFile(path.join(root, "package.json"), "utf8"));
    const config = JSON.parse(await readFile(new URL("../../deno.json", import.meta.url), "utf8"));
    assertEquals(Object.keys(exports).sort(), Object.keys(config.exports).sort());
    assertEquals(dependencies, {});
    for (const { types, default: module } of Object.values<Record<string, string>>(exports)) {
      assert(existsSync(path.join(root, module!)), module);
      assert(existsSync(path.join(root, types!)), types);
    }
  });
});
