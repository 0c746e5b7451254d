// Packs the module as JSR hands it to npm, Bun and the others: JavaScript and declarations beside the sources.
//   node scripts/pack.ts FILE.tgz
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { runCommand } from "./command.ts";
import { publishedFiles } from "./published_files.ts";

/** JSR's name for the package in its npm registry. */
const NPM_NAME = "@jsr/silver9__websocket";

interface Manifest {
  readonly version: string;
  readonly exports: Record<string, { readonly types: string; readonly default: string }>;
}

/**
 * Packs the repository's state into `tarball`. Deno transpiles, as JSR does; what JSR does otherwise is done here: the
 * name, a `package.json` without anything but exports (JSR has no `bin`), and the sources, which it leaves in.
 */
export async function pack(tarball: string): Promise<void> {
  const directory = await mkdtemp(path.join(tmpdir(), "websocket-pack-"));
  try {
    const transpiled = path.join(directory, "deno.tgz");
    await run(["deno", "pack", "--allow-dirty", "--output", transpiled]);
    await run(["tar", "-xzf", transpiled, "-C", directory]);
    const root = path.join(directory, "package");
    for (const file of await publishedFiles()) {
      await mkdir(path.dirname(path.join(root, file)), { recursive: true });
      await cp(file, path.join(root, file));
    }
    const manifest = path.join(root, "package.json");
    await writeFile(manifest, asJsrDoes(JSON.parse(await readFile(manifest, "utf8"))));
    await run(["tar", "-czf", path.resolve(tarball), "-C", directory, "package"]);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function asJsrDoes({ version, exports }: Manifest): string {
  const entries = Object.entries(exports).map(([name, { types, default: module }]) => {
    return [name, { types, default: module }];
  });
  const manifest = { name: NPM_NAME, version, type: "module", exports: Object.fromEntries(entries) };
  return JSON.stringify({ ...manifest, dependencies: {} }, null, 2);
}

async function run(command: readonly string[]): Promise<void> {
  const { code, output } = await runCommand(command);
  if (code !== 0) throw new Error(`${command.join(" ")} ended with code ${code}:\n${output}`);
}

if (import.meta.main) {
  const tarball = process.argv[2];
  if (tarball === undefined) throw new Error("Packing: expected the path of a tarball to write");
  await pack(tarball);
}
