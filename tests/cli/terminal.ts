import { execFile, execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { findProgram, programEnvironment } from "../proxy/program.ts";

const tmux = findWorking();

/** Whether there is a terminal to test in; if not, such tests are skipped. */
export const isTmuxThere: boolean = tmux !== undefined;

/** From the package, where its libraries are there; else as it is installed. */
function findWorking(): string | undefined {
  return [findProgram("tmux"), "/usr/bin/tmux"].find((file) => {
    try {
      execFileSync(file ?? "", ["-V"], { env: programEnvironment, stdio: "ignore" });
      return true;
    } catch {
      return false;
    }
  });
}

/** How large a terminal is, in characters. */
export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/** Milliseconds that a wait may take. */
const LIMIT = 10_000;

/** A program in a terminal of its own, typed into and looked at from outside. */
export class Terminal implements AsyncDisposable {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Starts a program; when it has ended, the screen says `exit code` and which. */
  static async start(command: readonly string[], { columns, rows }: TerminalSize): Promise<Terminal> {
    const terminal = new Terminal(await mkdtemp(path.join(tmpdir(), "terminal-")));
    const quoted = command.map((part) => `'${part.replaceAll("'", "'\\''")}'`).join(" ");
    // Ctrl-C is for all that run in the terminal.
    const script = `trap : INT; ${quoted}; echo "exit code $?"; read -r _`;
    const size = ["-x", String(columns), "-y", String(rows)];
    await terminal.#tmux("-f", "/dev/null", "new-session", "-d", ...size, "sh", "-c", script);
    return terminal;
  }

  /** Types keys: `Enter`, `Up`, `C-c`, or text as it is. */
  async type(...keys: readonly string[]): Promise<void> {
    await this.#tmux("send-keys", ...keys);
  }

  /** Makes the terminal wider or narrower. */
  async resize({ columns, rows }: TerminalSize): Promise<void> {
    await this.#tmux("resize-window", "-x", String(columns), "-y", String(rows));
  }

  /** What is on the screen: its lines, without the empty ones at the end. */
  async screen(): Promise<string> {
    return (await this.#tmux("capture-pane", "-p")).trimEnd();
  }

  /** The same with the sequences for colours. */
  async colors(): Promise<string> {
    return await this.#tmux("capture-pane", "-p", "-e");
  }

  /** Column and row of the cursor. */
  async cursor(): Promise<string> {
    return (await this.#tmux("display-message", "-p", "#{cursor_x},#{cursor_y}")).trim();
  }

  /** Waits until the screen is as it should be, and answers it. */
  async until(what: string | ((screen: string) => boolean)): Promise<string> {
    const isRight = typeof what === "string" ? (screen: string) => screen.includes(what) : what;
    const end = performance.now() + LIMIT;
    for (;;) {
      const screen = await this.screen();
      if (isRight(screen)) return screen;
      if (performance.now() > end) {
        throw new Error(`Waited ${LIMIT} ms for ${what}; the screen is:\n${screen}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#tmux("kill-server").catch(() => {});
    await rm(this.#folder, { recursive: true, force: true });
  }

  #tmux(...args: readonly string[]): Promise<string> {
    const env = {
      ...programEnvironment,
      LC_ALL: "C.UTF-8",
      DENO_NO_UPDATE_CHECK: "1",
      NO_COLOR: undefined,
      TMUX: undefined,
    };
    return new Promise((resolve, reject) => {
      execFile(
        tmux!,
        ["-u", "-S", path.join(this.#folder, "socket"), ...args],
        { env, timeout: LIMIT },
        (error, output, errors) => error ? reject(new Error(`tmux ${args[0]}: ${errors}`)) : resolve(output),
      );
    });
  }
}
