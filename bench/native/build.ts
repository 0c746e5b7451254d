import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/** The programs that are not TypeScript, where they could be built on this machine. */
export interface NativePrograms {
  /** A path. */
  readonly server?: string;
  /** A command by contestant. */
  readonly contestants: Readonly<Record<string, readonly string[]>>;
}

const DIRECTORY = new URL("./", import.meta.url);
const BUILD_DIRECTORY = new URL("build/", DIRECTORY);
const RUST_DIRECTORY = new URL("rust/", DIRECTORY);
const GO_DIRECTORY = new URL("go/", DIRECTORY);
const PYTHON_DIRECTORY = new URL("python/", DIRECTORY);
const C_FLAGS = ["-O2", "-Wall", "-Wextra", "-D_GNU_SOURCE", "-pthread"];

const C_CONTESTANTS = ["c", "c-waiting"];
const RUST_CONTESTANTS = [
  "s9_websocket",
  "s9_websocket-waiting",
  "tungstenite",
  "tungstenite-waiting",
  "fastwebsockets",
];
const GO_CONTESTANTS = ["gorilla", "gws"];
const PYTHON_CONTESTANTS = ["websockets", "picows"];
/** Contestants that are programs of their own, whatever the runtime. */
export const NATIVE_CONTESTANTS: readonly string[] = [
  ...C_CONTESTANTS,
  ...RUST_CONTESTANTS,
  ...GO_CONTESTANTS,
  ...PYTHON_CONTESTANTS,
];

/** Builds what there is a compiler for, and says what it leaves out. */
export async function buildNative(): Promise<NativePrograms> {
  const server = await build("C", () => compile("server"));
  const pingPong = server && await build("C", () => compile("ping_pong"));
  const rust = await build("Rust", cargo);
  const go = await build("Go", goBuild);
  const python = await build("Python", installPython);
  const contestants = {
    ...entries(C_CONTESTANTS, pingPong),
    ...entries(RUST_CONTESTANTS, rust),
    ...entries(GO_CONTESTANTS, go),
    ...entries(PYTHON_CONTESTANTS, python, fileURLToPath(new URL("peers.py", PYTHON_DIRECTORY))),
  };
  return { server, contestants };
}

function entries(
  names: readonly string[],
  program: string | undefined,
  ...args: readonly string[]
): Record<string, readonly string[]> {
  return program === undefined ? {} : Object.fromEntries(names.map((name) => [name, [program, ...args]]));
}

async function build(language: string, make: () => Promise<string>): Promise<string | undefined> {
  try {
    return await make();
  } catch (error) {
    const { code, stderr } = error as { code?: unknown; stderr?: string };
    console.log(code === "ENOENT" ? `${language}: skipped` : `${language}: skipped, not built: ${stderr}`);
    return undefined;
  }
}

async function compile(name: string): Promise<string> {
  await mkdir(BUILD_DIRECTORY, { recursive: true });
  const program = fileURLToPath(new URL(name, BUILD_DIRECTORY));
  await run("cc", [...C_FLAGS, fileURLToPath(new URL(`${name}.c`, DIRECTORY)), "-o", program]);
  return program;
}

async function cargo(): Promise<string> {
  const directory = fileURLToPath(RUST_DIRECTORY);
  const program = fileURLToPath(new URL("target/release/peers", RUST_DIRECTORY));
  if (!existsSync(program)) console.log("Rust: being built, once; a minute or two");
  await run("cargo", ["build", "--release", "--locked", "--quiet"], directory);
  return program;
}

async function goBuild(): Promise<string> {
  const program = fileURLToPath(new URL("go-peers", BUILD_DIRECTORY));
  await run("go", ["build", "-o", program, "."], fileURLToPath(GO_DIRECTORY));
  return program;
}

/** An environment of its own, so that nothing of the machine's changes. */
async function installPython(): Promise<string> {
  const environment = fileURLToPath(new URL("python", BUILD_DIRECTORY));
  const python = fileURLToPath(new URL("python/bin/python", BUILD_DIRECTORY));
  if (!existsSync(python)) await run("python3", ["-m", "venv", environment]);
  const requirements = fileURLToPath(new URL("requirements.txt", PYTHON_DIRECTORY));
  await run(python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements]);
  return python;
}

async function run(command: string, args: readonly string[], cwd?: string): Promise<void> {
  await promisify(execFile)(command, args, { cwd });
}
