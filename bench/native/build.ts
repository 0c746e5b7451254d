import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/** The programs that are not TypeScript: a path where it could be built on this machine. */
export interface NativePrograms {
  readonly server?: string;
  /** By contestant. */
  readonly contestants: Readonly<Record<string, string>>;
}

const DIRECTORY = new URL("./", import.meta.url);
const BUILD_DIRECTORY = new URL("build/", DIRECTORY);
const RUST_DIRECTORY = new URL("rust/", DIRECTORY);
const C_FLAGS = ["-O2", "-Wall", "-Wextra", "-D_GNU_SOURCE", "-pthread"];

const C_CONTESTANTS = ["c", "c-waiting"];
const RUST_CONTESTANTS = ["s9_websocket", "s9_websocket-waiting", "tungstenite", "tungstenite-waiting"];
/** Contestants that are programs of their own, whatever the runtime. */
export const NATIVE_CONTESTANTS: readonly string[] = [...C_CONTESTANTS, ...RUST_CONTESTANTS];

/** Builds what there is a compiler for, and says what it leaves out. */
export async function buildNative(): Promise<NativePrograms> {
  const server = await build("C", () => compile("server"));
  const pingPong = server && await build("C", () => compile("ping_pong"));
  const rust = await build("Rust", cargo);
  return { server, contestants: { ...entries(C_CONTESTANTS, pingPong), ...entries(RUST_CONTESTANTS, rust) } };
}

function entries(names: readonly string[], path: string | undefined): Record<string, string> {
  return path === undefined ? {} : Object.fromEntries(names.map((name) => [name, path]));
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

async function run(command: string, args: readonly string[], cwd?: string): Promise<void> {
  await promisify(execFile)(command, args, { cwd });
}
