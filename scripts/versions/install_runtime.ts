import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { runCommand } from "../command.ts";
import type { Runtime } from "../runtimes.ts";

/**
 * Installs a version of a runtime from npm into a folder of its own below `directory`, unless it is there, and answers
 * the path of its executable.
 */
export async function installRuntime(runtime: Runtime, version: string, directory: string): Promise<string> {
  const folder = path.join(directory, `${runtime}-${version}`);
  const executable = path.join(folder, "node_modules", ".bin", runtime);
  if (existsSync(executable)) return executable;
  await mkdir(folder, { recursive: true });
  // These packages fetch the executable in a script, which npm runs for those alone that are named.
  const manifest = { private: true, allowScripts: { [runtime]: true } };
  await writeFile(path.join(folder, "package.json"), JSON.stringify(manifest));
  const options = ["--no-audit", "--no-fund", "--loglevel=error", "--save-exact"];
  const { code, output } = await runCommand([
    "npm",
    "install",
    "--prefix",
    folder,
    ...options,
    `${runtime}@${version}`,
  ]);
  if (code !== 0 || !existsSync(executable)) {
    throw new Error(`Installing ${runtime} ${version}: npm ended with code ${code}:\n${output}`);
  }
  return executable;
}
