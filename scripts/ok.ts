// Everything that a commit must pass, in the order in which it fails fastest; formats the code on the way.
import process from "node:process";
import { type Check, format, lint, publicationChecks, types } from "./checks.ts";
import { runCommand, seconds } from "./command.ts";
import { testFiles } from "./test_files.ts";

const tests: Check = {
  name: "tests (Deno)",
  command: ["deno", "test", "-A", "--no-check", ...await testFiles()],
};

let failed = 0;
for (const { name, command } of [format, lint, types, tests, ...publicationChecks]) {
  const { code, output, durationMs } = await runCommand(command);
  console.log(`${code === 0 ? "ok    " : "FAILED"} ${name} (${seconds(durationMs)})`);
  if (code === 0) continue;
  failed++;
  console.log(`\n${output.trim()}\n`);
}
process.exitCode = failed > 0 ? 1 : 0;
