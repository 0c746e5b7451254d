import { readdir, readFile } from "node:fs/promises";

/**
 * A filter for `deno test --doc` that lets through the examples in doc comments which need no server: those
 * that do not connect to example.com. Of the others the types are checked, no more.
 */
export async function runnableExamples(): Promise<string> {
  const sources = (await readdir("src", { recursive: true })).map((file) => `src/${file}`);
  const names: string[] = [];
  for (const file of ["mod.ts", ...sources.filter((file) => file.endsWith(".ts"))]) {
    for (const { first, last, code } of examplesIn(await readFile(file, "utf8").catch(() => ""))) {
      // As Deno names them: by the lines from the opening fence to behind the closing one.
      if (!code.includes("example.com")) names.push(`${file}#${first}-${last + 1}.ts`);
    }
  }
  return `/${names.map((name) => name.replaceAll(/[/.]/g, "\\$&")).join("|") || "no example"}/`;
}

function* examplesIn(source: string): Iterable<{ first: number; last: number; code: string }> {
  let first = 0;
  let code = "";
  for (const [index, line] of source.split("\n").entries()) {
    if (first === 0) {
      if (/^\s*\* ```ts$/.test(line)) first = index + 1;
    } else if (/^\s*\* ```$/.test(line)) {
      yield { first, last: index + 1, code };
      first = 0;
      code = "";
    } else code += `${line}\n`;
  }
}
