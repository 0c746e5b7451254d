import process from "node:process";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { assertEquals } from "@std/assert";
import { PackedModule } from "./packed_module.ts";
import { runtime, runtimeCommand } from "./runtime.ts";
import { ScratchProject, threeEchoes } from "./scratch_project.ts";

const esbuild = fileURLToPath(new URL("../../node_modules/.bin/esbuild", import.meta.url));

describe("a bundle, with the worker as an entry of its own", () => {
  let packed: PackedModule;
  before(async () => {
    packed = await PackedModule.create();
  });
  after(() => packed[Symbol.asyncDispose]());

  async function userOfBundler(): Promise<ScratchProject> {
    const project = await ScratchProject.create();
    await project.install(packed.tarball);
    await project.write("worker.js", `import "@silver9/websocket/worker";\n`);
    return project;
  }

  /** Without what it was made from. */
  async function runBundle(project: ScratchProject): Promise<string> {
    await project.run(["rm", "-r", "node_modules", "worker.js", "three_clients.js"]);
    return await project.run(runtimeCommand("bundle/three_clients.js", packed.server.url, "./worker.js"));
  }

  for (const splitting of [false, true]) {
    it(`of esbuild ${splitting ? "with" : "without"} code splitting`, async () => {
      await using project = await userOfBundler();
      const options = ["--bundle", "--platform=node", "--format=esm", "--minify", "--log-level=error"];
      if (splitting) options.push("--splitting");
      await project.run([esbuild, "three_clients.js", "worker.js", ...options, "--outdir=bundle"]);
      assertEquals(await runBundle(project), threeEchoes);
    });
  }

  it("of bun build", { skip: runtime !== "bun" }, async () => {
    await using project = await userOfBundler();
    const options = ["--target=bun", "--outdir=bundle"];
    await project.run([process.execPath, "build", "three_clients.js", "worker.js", ...options]);
    assertEquals(await runBundle(project), threeEchoes);
  });

  it("of bun build --compile", { skip: runtime !== "bun" }, async () => {
    await using project = await userOfBundler();
    const options = ["--compile", "--outfile=program"];
    await project.run([process.execPath, "build", "three_clients.js", "worker.js", ...options]);
    await project.run(["rm", "-r", "node_modules", "worker.js", "three_clients.js"]);
    assertEquals(await project.run(["./program", packed.server.url, "./worker.js"]), threeEchoes);
  });

  it("of deno bundle", { skip: runtime !== "deno" }, async (test) => {
    await using project = await userOfBundler();
    const options = ["--outdir=bundle", "--node-modules-dir=manual"];
    try {
      await project.run([process.execPath, "bundle", ...options, "three_clients.js", "worker.js"]);
    } catch (error) {
      // Deno fetches its bundler when it first needs it.
      if (!/Failed loading \S+ for package "@esbuild/.test(String(error))) throw error;
      return test.skip("its bundler cannot be fetched");
    }
    assertEquals(await runBundle(project), threeEchoes);
  });
});
