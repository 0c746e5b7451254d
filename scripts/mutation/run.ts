// Changes the core in small ways, one at a time, and tells which changes no test of tests/core notices:
//   node scripts/mutation/run.ts [options of `stryker run`, such as --mutate src/core/utf8.ts]
// What has been found is kept in coverage/mutation, and only what has changed since is tried again. Exits with code 1
// where a change survives that scripts/mutation/equivalents.ts does not explain.
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { equivalents } from "./equivalents.ts";
import { verdictLines, verdicts } from "./verdict.ts";

const results = "coverage/mutation/incremental.json";

// Stryker ends the process.
process.on("exit", () => {
  if (!existsSync(results)) return;
  const found = verdicts(JSON.parse(readFileSync(results, "utf8")), equivalents);
  for (const line of verdictLines(found)) console.log(line);
  if (found.some(({ survivors }) => survivors.length > 0)) process.exitCode = 1;
});

const manifest = createRequire(import.meta.url).resolve("@stryker-mutator/core/package.json");
const stryker = path.join(path.dirname(manifest), "bin", "stryker.js");
process.argv.splice(2, 0, "run", "scripts/mutation/stryker.json");
await import(pathToFileURL(stryker).href);
