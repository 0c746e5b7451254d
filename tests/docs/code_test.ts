import { before, describe, it } from "node:test";
import { assert, assertEquals } from "@std/assert";
import type { BlockOutcome } from "./block_outcome.ts";
import { codeBlocks } from "./markdown.ts";
import { readPages } from "./pages.ts";
import { runBlocks } from "./run_blocks.ts";

/** What the languages of blocks are, and what may stand behind `ts`. */
const languages = ["ts", "sh", "rust", "text"];

const pages = (await readPages()).map(({ path, text }) => ({ path, blocks: codeBlocks(text) }));
const isRun = ({ language, words }: { language: string; words: readonly string[] }) =>
  language === "ts" && words.length === 0;

describe("code in the documentation", () => {
  const outcomes = new Map<unknown, BlockOutcome | undefined>();
  before(async () => {
    const blocks = pages.flatMap(({ blocks }) => blocks.filter(isRun));
    const results = await runBlocks(blocks);
    for (const [index, block] of blocks.entries()) outcomes.set(block, results[index]);
  }, { timeout: 60_000 });

  for (const { path, blocks } of pages) {
    const toRun = blocks.filter(isRun);
    if (toRun.length > 0) {
      it(`${path}: ${toRun.length} blocks print what they say`, () => {
        for (const block of toRun) {
          const place = `${path}:${block.line}`;
          const { lines, error } = outcomes.get(block) ?? { lines: [], error: "did not run" };
          assertEquals({ place, error, lines }, { place, error: undefined, lines: block.prints });
          assert(block.prints.length > 0, `${place} does not say what it prints`);
        }
      });
    }
  }

  it("is run, or says by no-run that it is not", () => {
    for (const { path, blocks } of pages) {
      for (const { line, language, words } of blocks) {
        assert(languages.includes(language), `${path}:${line}: ${language}`);
        assert(words.length === 0 || (language === "ts" && words.join() === "no-run"), `${path}:${line}`);
      }
    }
  });

  it("is run for the most part", () => {
    const code = pages.flatMap(({ blocks }) => blocks).filter(({ language }) => language === "ts");
    assert(code.filter(isRun).length >= 40);
    assert(code.filter((block) => !isRun(block)).length <= code.length / 4);
  });
});
