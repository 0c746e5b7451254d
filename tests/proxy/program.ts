import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, connect, createServer } from "node:net";
import { arch, tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

/** Where `scripts/debian_packages.mjs` puts packages. */
const cache = fileURLToPath(new URL("../../node_modules/.cache/debian", import.meta.url));
const libraries = ["libwrap0", "libnsl2", "libevent-core-2.1-7", "libutempter0"]
  .map((name) => path.join(cache, name, "usr/lib", triplet()));

/** The environment of such a program: its libraries are not where the system looks. */
export const programEnvironment: Readonly<Record<string, string | undefined>> = {
  ...process.env,
  LD_LIBRARY_PATH: libraries.join(":"),
};

function triplet(): string {
  return `${arch() === "arm64" ? "aarch64" : "x86_64"}-linux-gnu`;
}

/** The path of a program from a package of Debian's, or as it is installed; `undefined` when there is none. */
export function findProgram(name: string, packageName = name): string | undefined {
  return [path.join(cache, packageName), "/"]
    .map((place) => path.join(place, "usr/bin", name))
    .find((file) => existsSync(file));
}

/** A program that listens on a port of 127.0.0.1. */
export interface RunningProgram extends AsyncDisposable {
  readonly port: number;
}

/** How a program is started. */
export interface ProgramOptions {
  /** Files to write into a folder of its own, where it runs: contents by name. */
  readonly files?: (port: number) => Readonly<Record<string, string>>;
  readonly args: (port: number) => readonly string[];
}

/** Milliseconds until a program listens. */
const limit = 4_000;

/** Starts a program on a free port, and waits until it listens. */
export async function startProgram(program: string, options: ProgramOptions): Promise<RunningProgram> {
  const port = await freePort();
  const folder = await mkdtemp(path.join(tmpdir(), "proxy-"));
  for (const [name, content] of Object.entries(options.files?.(port) ?? {})) {
    await writeFile(path.join(folder, name), content, { mode: 0o600 });
  }
  let output = "";
  const child = spawn(program, options.args(port), {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
    env: programEnvironment,
  });
  child.stdout.setEncoding("utf8").on("data", (text: string) => output += text);
  child.stderr.setEncoding("utf8").on("data", (text: string) => output += text);
  const close = async (): Promise<void> => {
    await stop(child);
    await rm(folder, { recursive: true, force: true });
  };
  const until = performance.now() + limit;
  while (!await isListening(port)) {
    if (child.exitCode === null && performance.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      continue;
    }
    await close();
    throw new Error(`${program} does not listen on port ${port}:\n${output}`);
  }
  return { port, [Symbol.asyncDispose]: close };
}

function stop(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.once("close", () => resolve());
    child.kill("SIGKILL");
  });
}

/** These programs cannot be told to take any. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
