import { readFile } from "node:fs/promises";
import { type Runtime, runtimes } from "./runtimes.ts";

/** The versions of the runtimes that the tests run on: of the packages that bring them. */
export async function runtimeVersions(): Promise<Record<Runtime, string>> {
  const versions = runtimes.map(async (runtime) => {
    return [runtime, JSON.parse(await readFile(`node_modules/${runtime}/package.json`, "utf8")).version];
  });
  return Object.fromEntries(await Promise.all(versions));
}
