import { existsSync } from "node:fs";
import { describe, it } from "node:test";
import { assert, assertEquals } from "@std/assert";
import { anchors, links, withoutCode } from "./markdown.ts";
import { readPages, root } from "./pages.ts";

const pages = await readPages();

describe("links in the documentation", () => {
  for (const { path, text } of pages) {
    it(`${path}: lead to files and headings that exist`, () => {
      const broken = links(text).filter(({ target }) => !leadsSomewhere(path, target));
      assertEquals(broken, []);
    });

    it(`${path}: names files that exist`, () => {
      const names = [...text.matchAll(/`((?:src|tests|scripts|bench|examples|docs)\/[\w/.-]*|mod\.ts)`/g)]
        .map(([, name]) => name!);
      assertEquals(names.filter((name) => !existsSync(new URL(name, root))), []);
    });
  }

  it("reach every page from the README", () => {
    const reached = new Set(["README.md"]);
    for (const path of reached) {
      const page = pages.find((page) => page.path === path);
      for (const { target } of page === undefined ? [] : links(page.text)) reached.add(fileOf(path, target));
    }
    assertEquals(pages.filter(({ path }) => !reached.has(path)), []);
  });

  it("are found, and anchors made as GitHub makes them", () => {
    const text = "# A `code`, & more\n## A\n```sh\n# no heading [x](y)\n```\n## A\n[a](b.md#c) `[d](e)`\n";
    assertEquals(anchors(text), ["a-code--more", "a", "a-1"]);
    assertEquals(links(text), [{ line: 7, target: "b.md#c" }]);
    assertEquals(withoutCode(text).split("\n").length, text.split("\n").length);
    assert(pages.reduce((sum, { text }) => sum + links(text).length, 0) > 100);
  });
});

function leadsSomewhere(path: string, target: string): boolean {
  if (/^https?:/.test(target)) return URL.canParse(target);
  const file = fileOf(path, target);
  const anchor = target.split("#")[1];
  if (anchor === undefined) return existsSync(new URL(file, root));
  const page = pages.find((page) => page.path === file);
  return page !== undefined && anchors(page.text).includes(anchor);
}

/** The path in the repository of what a page links to. */
function fileOf(path: string, target: string): string {
  const { pathname } = new URL(target, new URL(path, "file:///"));
  return target.startsWith("#") ? path : pathname.slice(1);
}
