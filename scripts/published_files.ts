import { fileURLToPath } from "node:url";
import path from "node:path";
import { runCommand } from "./command.ts";

/** The files that `deno publish` would upload, relative to the repository; rejects when it would refuse. */
export async function publishedFiles(): Promise<string[]> {
  const { code, output } = await runCommand(["deno", "publish", "--dry-run", "--allow-dirty", "--no-check"]);
  if (code !== 0) throw new Error(`deno publish --dry-run ended with code ${code}:\n${output}`);
  const urls = [...output.matchAll(/^\s*(file:\S+) \([\d.]+\w+\)$/gm)].map(([, url]) => url!);
  return urls.map((url) => path.relative(".", fileURLToPath(url)).replaceAll("\\", "/")).sort();
}
