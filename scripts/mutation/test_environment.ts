import { registerHooks } from "node:module";
import { readdir } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { declarations, type DeclaredTest } from "./node_test.ts";

const standIn = new URL("./node_test.ts", import.meta.url).href;
const sandbox = `${pathToFileURL(process.cwd()).href}/`;
/** What the modules of the sandbox are asked for with, to have them anew. */
let generation = 0;

// Tests import the stand-in for node:test. Sources and tests are loaded as often as is asked for: what a module
// of this generation imports is of this generation.
registerHooks({
  resolve(specifier, context, nextResolve) {
    if (specifier === "node:test") return nextResolve(standIn, context);
    const resolved = nextResolve(specifier, context);
    const isOfTheSandbox = resolved.url.startsWith(sandbox) && !resolved.url.includes("/node_modules/");
    return isOfTheSandbox ? { ...resolved, url: `${resolved.url.split("?")[0]}?${generation}` } : resolved;
  },
});

/** A test and the file that declares it. */
export interface LoadedTest extends DeclaredTest {
  /** Like the name, but no other test has it. */
  readonly id: string;
  readonly file: string;
}

/** Loads the tests of a folder, and all that they import, anew. */
export async function loadTests(folder: string): Promise<ReadonlyMap<string, LoadedTest>> {
  generation++;
  const tests = new Map<string, LoadedTest>();
  const names = (await readdir(folder)).filter((name) => name.endsWith("_test.ts")).sort();
  for (const name of names) {
    const file = path.resolve(folder, name);
    for (const test of await declarations.collect(() => import(pathToFileURL(file).href))) {
      const id = `${name}: ${test.name}`;
      if (tests.has(id)) throw new Error(`Loading the tests: two are called ${id}`);
      tests.set(id, { ...test, id, file });
    }
  }
  return tests;
}
