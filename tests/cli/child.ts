import { type ChildProcess, spawn } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { bounded, runtime } from "../client/setup.ts";

/** The command as its users start it: on Deno with the permission for the network, and nothing else. */
export const command: readonly string[] = [
  process.execPath,
  ...{ deno: ["run", "--no-check", "-N", "--no-prompt"], bun: [], node: [] }[runtime],
  fileURLToPath(new URL("../../src/cli/mod.ts", import.meta.url)),
];

/** Milliseconds: Node's programs take a second to start on a busy machine. */
const LIMIT = 20_000;

/** How a command ended. */
export interface Result {
  /** The exit code, or the signal that killed it. */
  readonly code: number | string | null;
  readonly output: string;
  readonly errors: string;
}

/** A command in a process of its own. */
export class Child implements AsyncDisposable {
  readonly process: ChildProcess;
  output = "";
  errors = "";
  readonly #ended: Promise<number | string | null>;

  constructor(...args: readonly string[]) {
    const [program, ...before] = command;
    this.process = spawn(program!, [...before, ...args], {
      stdio: "pipe",
      env: { ...process.env, NO_COLOR: undefined, FORCE_COLOR: undefined, DENO_NO_UPDATE_CHECK: "1" },
    });
    const { stdin, stdout, stderr } = this.process;
    // A command that has ended takes no more input.
    stdin!.on("error", () => {});
    stdout!.setEncoding("utf8").on("data", (text: string) => this.output += text);
    stderr!.setEncoding("utf8").on("data", (text: string) => this.errors += text);
    this.#ended = new Promise((resolve, reject) => {
      this.process.once("error", reject);
      this.process.once("close", (code, signal) => resolve(signal ?? code));
    });
  }

  /** Gives it its input, the end included. */
  type(text: string): this {
    this.process.stdin!.end(text);
    return this;
  }

  /** Waits until it has printed something. */
  async printed(what: string, where: "output" | "errors" = "output"): Promise<void> {
    const stream = where === "output" ? this.process.stdout! : this.process.stderr!;
    while (!this[where].includes(what)) {
      const more = new Promise<boolean>((resolve) => {
        stream.once("data", () => resolve(true));
        stream.once("close", () => resolve(false));
      });
      if (!await bounded(JSON.stringify(what), more, LIMIT)) {
        throw new Error(`It ended without ${JSON.stringify(what)}:\n${this.output}\n${this.errors}`);
      }
    }
  }

  /** Waits for its end. */
  async ended(): Promise<Result> {
    const code = await bounded("the command to end", this.#ended, LIMIT);
    return { code, output: this.output, errors: this.errors };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.process.kill("SIGKILL");
    await this.#ended;
  }
}
