import { spawn } from "node:child_process";
import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";

/** How long a program may take, in milliseconds. */
const LIMIT = 25_000;

/** What `three_clients.js` prints. */
export const threeEchoes = [
  "non-blocking: Hello",
  "blocking: Hello",
  "async: Hello",
  "closed: 1000",
].join("\n");

/** A folder outside of the repository, as a user of the module has one. */
export class ScratchProject {
  readonly directory: string;

  private constructor(directory: string) {
    this.directory = directory;
  }

  /** A folder with a `package.json`, and the program that tries the three clients. */
  static async create(): Promise<ScratchProject> {
    const project = new ScratchProject(await mkdtemp(path.join(tmpdir(), "websocket-user-")));
    await project.write("package.json", JSON.stringify({ type: "module" }));
    const program = new URL("programs/three_clients.js", import.meta.url);
    await copyFile(program, project.path("three_clients.js"));
    return project;
  }

  /** Where a file is. */
  path(name: string): string {
    return path.join(this.directory, name);
  }

  /** Writes a file. */
  async write(name: string, text: string): Promise<void> {
    await writeFile(this.path(name), text);
  }

  /** Unpacks the module to where package managers put it. */
  async install(tarball: string): Promise<void> {
    const place = "node_modules/@silver9/websocket";
    await this.run(["mkdir", "-p", place]);
    await this.run(["tar", "-xzf", tarball, "-C", place, "--strip-components=1"]);
  }

  /**
   * Runs a command in the folder, and answers what it printed to standard output. Rejects when it fails or does not
   * end in time; then the error tells all it printed.
   */
  run([name, ...args]: readonly string[], env: Record<string, string> = {}): Promise<string> {
    const child = spawn(name!, args, {
      cwd: this.directory,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, NO_COLOR: "1", FORCE_COLOR: undefined, DENO_NO_UPDATE_CHECK: "1", ...env },
    });
    const timer = setTimeout(() => child.kill("SIGKILL"), LIMIT);
    let printed = "";
    let complained = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => printed += text);
    child.stderr.setEncoding("utf8").on("data", (text: string) => complained += text);
    return new Promise<string>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code, signal) => {
        if (code === 0) return resolve(printed.trim());
        reject(
          new Error(`${[name, ...args].join(" ")} ended with ${signal ?? code}:\n${printed}${complained}`),
        );
      });
    }).finally(() => clearTimeout(timer));
  }

  /** Deletes the folder. */
  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
  }
}
