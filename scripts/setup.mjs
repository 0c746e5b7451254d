// Makes sure that the dependencies are there and runs one of the project's scripts with the pinned Node.
// Plain JavaScript, because it starts on whatever is at hand: Node from 20 on, or Deno.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { fetchDebianPackages } from "./debian_packages.mjs";
import { binaries, install, isInstalled, root } from "./install.mjs";

const scripts = {
  test: "scripts/test.ts",
  soak: "scripts/soak.ts",
  ok: "scripts/ok.ts",
  demo: "scripts/demo.ts",
  fuzz: "scripts/fuzz.ts",
  bench: "bench/run.ts",
  conformance: "scripts/conformance_report.ts",
  autobahn: "scripts/autobahn.ts",
  coverage: "scripts/coverage/run.ts",
  mutation: "scripts/mutation/run.ts",
  versions: "scripts/versions.ts",
};

const [what, ...args] = process.argv.slice(2);
const script = scripts[what];
if (what !== undefined && script === undefined) {
  console.error(`Running a script: expected one of ${Object.keys(scripts).join(", ")}, got ${what}`);
  process.exit(2);
}

try {
  if (!isInstalled()) await install();
} catch (error) {
  console.error(`Installing the dependencies: ${error.message}`);
  if (what === "test") console.log("0 passed, 1 failed");
  process.exit(1);
}
if (what === "test" || what === "ok") {
  const missing = await fetchDebianPackages();
  if (missing.length > 0) {
    console.error(`Not to be had from Debian, tests that need them are skipped: ${missing.join(", ")}`);
  }
}
if (script !== undefined) process.exit(await run(script));

/** Runs a script with node_modules/.bin before everything else on PATH. */
function run(script) {
  if (!existsSync(path.join(root, script))) {
    console.error(`Running a script: ${script} does not exist`);
    return 1;
  }
  const PATH = [binaries, process.env.PATH].join(path.delimiter);
  const child = spawn(path.join(binaries, "node"), [script, ...args], {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, PATH },
  });
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
  return new Promise((resolve) => {
    child.on("error", (error) => {
      console.error(`Starting the pinned Node: ${error.message}`);
      resolve(1);
    });
    child.on("exit", (code) => resolve(code ?? 1));
  });
}
