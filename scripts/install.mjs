// What package-lock.json asks for against what is in node_modules.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

export const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const modules = path.join(root, "node_modules");
/** Where the pinned runtimes are. */
export const binaries = path.join(modules, ".bin");
/** Says which lock file an installation without npm was made from. */
const stamp = path.join(modules, ".lock-stamp");

/** Whether node_modules is what the lock file says: a look at two files, without a package manager. */
export function isInstalled() {
  if (!["deno", "bun", "node"].every((name) => existsSync(path.join(binaries, name)))) return false;
  if (existsSync(stamp)) return readFileSync(stamp, "utf8") === lockHash();
  const wanted = packagesOf(path.join(root, "package-lock.json"));
  const present = packagesOf(path.join(modules, ".package-lock.json"));
  return Object.entries(wanted).every(([name, { version, integrity, optional }]) => {
    if (name === "") return true;
    // Packages for other platforms are in the lock file, but are not installed.
    if (!(name in present)) return optional === true;
    return present[name].version === version && present[name].integrity === integrity;
  });
}

/** Installs exactly what the lock file says, with npm; where there is no npm, with Deno. */
export async function install() {
  console.error("Installing the dependencies");
  if (await command("npm", ["--version"], "ignore") === 0) {
    await npmInstall();
  } else {
    const scripts = ["bun", "deno", "node"].map((name) => `npm:${name}`).join(",");
    const deno = "Deno" in globalThis ? process.execPath : "deno";
    const code = await command(deno, ["install", `--allow-scripts=${scripts}`]);
    if (code !== 0) throw new Error(`npm was not found, and deno install ended with code ${code}`);
    writeFileSync(stamp, lockHash());
  }
  if (!isInstalled()) throw new Error("it went through, but node_modules is not what package-lock.json says");
}

async function npmInstall() {
  const options = ["--no-audit", "--no-fund", "--loglevel=error"];
  if (await command("npm", ["ci", ...options], "ignore") === 0) return;
  // npm ci insists on the packages of every platform being known to the registry, and mirrors lag behind.
  // npm install does not; that it took what the lock file says is checked afterwards all the same.
  console.error("npm ci did not work, trying npm install");
  const code = await command("npm", ["install", "--no-save", ...options]);
  if (code !== 0) throw new Error(`npm install ended with code ${code}`);
}

function packagesOf(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")).packages : {};
}

function lockHash() {
  return createHash("sha256").update(readFileSync(path.join(root, "package-lock.json"))).digest("hex");
}

/** Runs a command; -1 when it is not on this machine. */
function command(name, args, stdio = ["ignore", "inherit", "inherit"]) {
  // The runtimes in node_modules are about to be replaced, and npm itself must not run on one of them.
  const PATH = (process.env.PATH ?? "").split(path.delimiter).filter((entry) => entry !== binaries);
  const child = spawn(name, args, {
    cwd: root,
    stdio,
    env: { ...process.env, PATH: PATH.join(path.delimiter) },
  });
  return new Promise((resolve) => {
    child.on("error", () => resolve(-1));
    child.on("exit", (code) => resolve(code ?? 1));
  });
}
