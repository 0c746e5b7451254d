import { readdir, readFile } from "node:fs/promises";
import { describe, it } from "node:test";
import { assert, assertEquals } from "@std/assert";
import { root } from "./pages.ts";

/** What CONTRIBUTING.md says of the folders in `src`: whose values each may import. */
const layers: Readonly<Record<string, readonly string[]>> = {
  core: [],
  proxy: ["core", "transport"],
  zlib: ["core"],
  channel: ["core"],
  transport: ["core", "proxy"],
  driver: ["core", "proxy", "zlib", "transport"],
};

describe("layers", () => {
  for (const [folder, allowed] of Object.entries(layers)) {
    it(`${folder} imports nothing but ${allowed.join(", ") || "itself"}`, async () => {
      const imports = await importsOf(folder);
      assert(imports.length > 0);
      const outside = imports.filter(({ of }) => of !== folder && !allowed.includes(of));
      assertEquals(outside, []);
    });
  }

  it("core imports no module of a runtime either", async () => {
    assertEquals((await sourcesOf("core")).filter(({ text }) => /from "node:/.test(text)), []);
  });
});

/** The values that a folder's files import, by file and by the folder they come from. */
async function importsOf(folder: string): Promise<{ file: string; of: string }[]> {
  return (await sourcesOf(folder)).flatMap(({ file, text }) =>
    [...text.matchAll(/^(?:import|export) (?!type )[^;]*? from "(\.[^"]*)";/gm)]
      .map(([, path]) => ({ file, of: new URL(path!, new URL(file, root)).pathname.split("/src/").at(-1)! }))
      .map(({ file, of }) => ({ file, of: of.split("/")[0]! }))
  );
}

async function sourcesOf(folder: string): Promise<{ file: string; text: string }[]> {
  const files = (await readdir(new URL(`src/${folder}/`, root), { recursive: true }))
    .map((file) => `src/${folder}/${file.replaceAll("\\", "/")}`)
    .filter((file) => file.endsWith(".ts"));
  return await Promise.all(
    files.map(async (file) => ({ file, text: await readFile(new URL(file, root), "utf8") })),
  );
}
