// Programs of Debian's that tests talk to, fetched without installing them: `apt-get download`, then `dpkg -x` into
// node_modules/.cache. No rights are needed for that. Where it does not work, the tests that need them are skipped.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { root } from "./install.mjs";

/** Where packages are unpacked: a folder each, as if it were `/`. */
const cache = path.join(root, "node_modules", ".cache", "debian");

/** Two proxies, and TLS in front of one, with two libraries that it needs; a terminal, with the same. */
const packages = [
  ...["tinyproxy-bin", "microsocks", "stunnel4", "libwrap0", "libnsl2"],
  ...["tmux", "libevent-core-2.1-7", "libutempter0"],
];

/** Milliseconds that one command may take. */
const limit = 60_000;

/** Fetches what is missing. Answers what could not be fetched; never throws. */
export async function fetchDebianPackages() {
  const missing = packages.filter((name) => !existsSync(path.join(cache, name)));
  if (missing.length === 0) return [];
  const left = await fetchAll(missing);
  if (left.length === 0 || left.length < missing.length || process.getuid?.() !== 0) return left;
  // A system that was never updated knows of no package.
  await run("apt-get", ["update"], cache);
  return await fetchAll(left);
}

async function fetchAll(names) {
  mkdirSync(cache, { recursive: true });
  const left = [];
  for (const name of names) if (!await fetchPackage(name)) left.push(name);
  return left;
}

async function fetchPackage(name) {
  const place = path.join(cache, name);
  const work = path.join(cache, `.${name}.${process.pid}`);
  try {
    mkdirSync(work);
    if (!await run("apt-get", ["download", name], work)) return false;
    const file = readdirSync(work).find((file) => file.endsWith(".deb"));
    if (file === undefined || !await run("dpkg", ["-x", file, "files"], work)) return false;
    // All of it is there, or nothing.
    renameSync(path.join(work, "files"), place);
    return true;
  } catch {
    return existsSync(place);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Whether a command ended well. */
function run(command, args, cwd) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, stdio: "ignore", timeout: limit });
    child.on("error", () => resolve(false));
    child.on("exit", (code) => resolve(code === 0));
  });
}
