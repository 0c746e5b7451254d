// Tries the module on old and new versions of the runtimes, which are installed from npm into a folder of their own:
//   node scripts/versions.ts                      the versions that the README names
//   node scripts/versions.ts node@22.0.0 bun@1.2  these
// Ends with code 1 if one cannot do what the README says of it; of others, as of those that need not do everything.
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { startEchoServer } from "../examples/support/echo_server.ts";
import { runCommand } from "./command.ts";
import { pack } from "./pack.ts";
import type { Runtime } from "./runtimes.ts";
import { installRuntime } from "./versions/install_runtime.ts";
import { broken, type SupportedVersion, supportedVersions } from "./versions/supported_versions.ts";
import { features, type TryingGround, tryVersion } from "./versions/try_version.ts";

/** Installed runtimes are kept for the next time. */
const directory = process.env.VERSIONS_DIR ?? path.join(tmpdir(), "websocket-versions");

const asked = process.argv.slice(2).map((argument): SupportedVersion => {
  const [runtime, version] = argument.split("@");
  return { runtime: runtime as Runtime, version: version!, complete: false };
});
const project = await mkdtemp(path.join(tmpdir(), "websocket-versions-"));
try {
  await using server = await startEchoServer({ perMessageDeflate: true });
  await using tlsServer = await startEchoServer({ tls: true });
  await prepareProject(project, tlsServer.ca!);
  const authority = path.join(project, "authority.pem");
  const ground: TryingGround = { project, url: server.url, tlsUrl: tlsServer.url, authority };
  for (const version of asked.length > 0 ? asked : await supportedVersions()) await report(version, ground);
} finally {
  await rm(project, { recursive: true });
}

async function report(supported: SupportedVersion, ground: TryingGround): Promise<void> {
  const { runtime, version } = supported;
  const executable = await installRuntime(runtime, version, directory);
  const answers = await tryVersion(runtime, executable, ground);
  const failed = features.filter((feature) => answers[feature] !== "ok");
  console.log(`${runtime} ${version}: ${features.length - failed.length} of ${features.length}`);
  for (const feature of failed) console.log(`  ${feature}: ${answers[feature]}`);
  for (const line of broken(supported, answers)) {
    console.log(`  BROKEN: ${line}`);
    process.exitCode = 1;
  }
}

/** A user's project: the package as npm gets it, and an import map to the sources for Deno. */
async function prepareProject(project: string, ca: string): Promise<void> {
  const tarball = path.join(project, "websocket.tgz");
  const place = path.join(project, "node_modules", "@silver9", "websocket");
  await Promise.all([pack(tarball), mkdir(place, { recursive: true })]);
  const { code, output } = await runCommand(["tar", "-xzf", tarball, "-C", place, "--strip-components=1"]);
  if (code !== 0) throw new Error(`Unpacking the module: ${output}`);
  const module = new URL("../mod.ts", import.meta.url).href;
  await writeFile(
    path.join(project, "imports.json"),
    JSON.stringify({ imports: { "@silver9/websocket": module } }),
  );
  await writeFile(path.join(project, "package.json"), JSON.stringify({ type: "module" }));
  await writeFile(path.join(project, "authority.pem"), ca);
  const program = new URL("../tests/publishing/programs/try_feature.js", import.meta.url);
  await cp(program, path.join(project, "try_feature.js"));
}
