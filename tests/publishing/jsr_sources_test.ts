import { readFile } from "node:fs/promises";
import process from "node:process";
import { describe, it } from "node:test";
import { assertEquals, assertStringIncludes } from "@std/assert";
import { startEchoServer } from "../../examples/support/echo_server.ts";
import { runCommand } from "../../scripts/command.ts";
import { publishedFiles } from "../../scripts/published_files.ts";
import { startModuleServer } from "./module_server.ts";
import { runtime } from "./runtime.ts";
import { ScratchProject, threeEchoes } from "./scratch_project.ts";

const documents = ["CHANGELOG.md", "LICENSE-APACHE", "LICENSE-MIT", "README.md", "deno.json"];

describe("the sources that JSR serves", () => {
  it("are what the entry points import, the worker included, and what tells about them", async () => {
    const config = JSON.parse(await readFile(new URL("../../deno.json", import.meta.url), "utf8"));
    const modules = new Set<string>();
    for (const entry of Object.values<string>(config.exports)) {
      for (const module of await moduleGraph(entry)) modules.add(module);
    }
    assertEquals(await publishedFiles(), [...modules, ...documents].sort());
  });

  it(
    "run the three clients in Deno, which need the network alone",
    { skip: runtime !== "deno" },
    async () => {
      await using server = await startEchoServer();
      await using modules = await startModuleServer();
      await using project = await ScratchProject.create();
      await project.write("imports.json", modules.importMap);
      const network = `${modules.host},${new URL(server.url).host}`;
      const permissions = [`--allow-import=${modules.host}`, `--allow-net=${network}`, "--no-prompt"];
      const options = ["--no-check", "--import-map=imports.json", ...permissions];
      const command = [process.execPath, "run", ...options, "three_clients.js", server.url];
      assertEquals(await project.run(command, { DENO_DIR: project.path("cache") }), threeEchoes);
    },
  );

  it("have the worker where deno compile embeds it: in the program's own graph", async () => {
    const modules = await moduleGraph("mod.ts");
    assertStringIncludes(modules.join("\\n"), "src/thread/worker.ts");
  });

  const compiles = runtime === "deno" && process.env.DENO_COMPILE !== undefined;
  it(
    "run compiled, if DENO_COMPILE says that Deno may fetch what it needs",
    { skip: !compiles },
    async () => {
      await using server = await startEchoServer();
      await using project = await ScratchProject.create();
      const entry = new URL("../../mod.ts", import.meta.url).href;
      await project.write("imports.json", JSON.stringify({ imports: { "@silver9/websocket": entry } }));
      const options = ["--no-check", "--allow-net", "--import-map=imports.json", "--output=program"];
      await project.run([process.execPath, "compile", ...options, "three_clients.js"]);
      assertEquals(await project.run(["./program", server.url]), threeEchoes);
    },
  );
});

/** The modules that are loaded for an entry point, now or later: files of the repository. */
async function moduleGraph(entry: string): Promise<string[]> {
  const { code, output } = await runCommand(["deno", "info", "--json", entry]);
  assertEquals(code, 0, output);
  const root = new URL("../../", import.meta.url).href;
  const modules: { readonly specifier: string }[] = JSON.parse(output.slice(output.indexOf("{"))).modules;
  return modules.map(({ specifier }) => specifier).filter((specifier) => specifier.startsWith(root))
    .map((specifier) => specifier.slice(root.length));
}
