import { readdir, readFile } from "node:fs/promises";
import { before, describe, it } from "node:test";
import { assert, assertEquals } from "@std/assert";
import type { BlockOutcome } from "./block_outcome.ts";
import { type CodeBlock, codeBlocks } from "./markdown.ts";
import { root } from "./pages.ts";
import { runBlocks } from "./run_blocks.ts";

/** Those go on until somebody ends them: the pages have some that end. */
const isEndless = ({ code }: CodeBlock) => /\breconnect(Sync)?\(/.test(code);

const examples = (await Promise.all((await sources()).map(async (path) => {
  const text = inDocComments(await readFile(new URL(path, root), "utf8"));
  return codeBlocks(text).map((block) => ({ ...block, place: `${path}:${block.line}` }));
}))).flat().filter(({ language, words }) => language === "ts" && words.length === 0);

describe("examples in doc comments", () => {
  let outcomes: readonly BlockOutcome[];
  const toRun = examples.filter((block) => !isEndless(block));
  before(async () => {
    outcomes = await runBlocks(toRun, { leaveOpen: true });
  }, { timeout: 60_000 });

  for (const [index, { place, prints }] of toRun.entries()) {
    it(`${place} runs`, () => {
      const { error, lines } = outcomes[index] ?? { error: "did not run", lines: [] };
      assertEquals({ error, lines: lines.slice(0, prints.length) }, { error: undefined, lines: prints });
    });
  }

  it("are there for every class and function", async () => {
    const entries = ["mod.ts", "src/core/mod.ts", "src/web/mod.ts", "src/cli/mod.ts"];
    const modules: Record<string, unknown>[] = await Promise.all(
      entries.map((file) => import(new URL(file, root).href)),
    );
    const names = modules.flatMap((module) =>
      Object.keys(module).filter((name) => typeof module[name] === "function")
    );
    const texts = await Promise.all((await sources()).map((path) => readFile(new URL(path, root), "utf8")));
    const documented = texts.flatMap((text) =>
      [...text.matchAll(
        /\/\*\*((?:(?!\*\/)[^])*)\*\/\nexport (?:abstract |async )*(?:class|function) (\w+)/g,
      )]
        .filter(([, comment]) => comment!.includes("```ts"))
        .map(([, , name]) => name)
    );
    assert(names.length > 25);
    assertEquals(names.filter((name) => !documented.includes(name)), []);
  });

  it("are run for the most part", () => {
    assert(toRun.length >= 25);
    assert(examples.length - toRun.length <= 8);
  });
});

async function sources(): Promise<string[]> {
  const files = await readdir(new URL("src/", root), { recursive: true });
  const inSrc = files.map((file) => `src/${file.replaceAll("\\", "/")}`).filter((file) =>
    file.endsWith(".ts")
  );
  return ["mod.ts", ...inSrc.sort()];
}

/** What doc comments say, on the lines where they say it. */
function inDocComments(source: string): string {
  return source.split("\n").map((line) => /^\s*\* ?(.*)$/.exec(line)?.[1] ?? "").join("\n");
}
