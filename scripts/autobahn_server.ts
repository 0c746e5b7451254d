import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";

/** What the suite says of one case: how the client behaved, and how it closed. */
export interface Verdict {
  readonly behavior: string;
  readonly behaviorClose: string;
}

/** Verdicts by agent, then by case: `verdicts["node async"]["7.1.1"]`. */
export type Verdicts = Readonly<Record<string, Readonly<Record<string, Verdict>>>>;

/** Autobahn's fuzzing server, on a free port of the loopback interface. */
export class AutobahnServer implements AsyncDisposable {
  readonly url: string;
  readonly #child: ChildProcess;
  readonly #directory: string;

  private constructor(url: string, child: ChildProcess, directory: string) {
    this.url = url;
    this.#child = child;
    this.#directory = directory;
  }

  /** Starts `wstest`, which must be the path of the program. Cases are patterns: `6.*`. */
  static async start(wstest: string, cases: readonly string[]): Promise<AutobahnServer> {
    const directory = await mkdtemp(path.join(tmpdir(), "autobahn-"));
    const port = await freePort();
    const url = `ws://127.0.0.1:${port}`;
    const spec = path.join(directory, "spec.json");
    const outdir = path.join(directory, "reports");
    await writeFile(
      spec,
      JSON.stringify({ url, outdir, cases, "exclude-cases": [], "exclude-agent-cases": {} }),
    );
    const child = spawn(wstest, ["-m", "fuzzingserver", "-s", spec, "-u", "0"], {
      stdio: "ignore",
      env: { ...process.env, PYTHONWARNINGS: "ignore" },
    });
    const failed = new Promise<never>((_, reject) => {
      child.once("error", reject);
      child.once("exit", (code) => reject(new Error(`${wstest} ended with code ${code}`)));
    });
    failed.catch(() => {});
    const server = new AutobahnServer(url, child, directory);
    try {
      await Promise.race([listens(port), failed]);
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
    return server;
  }

  /** What it has found so far. */
  async verdicts(): Promise<Verdicts> {
    const index = path.join(this.#directory, "reports", "index.json");
    return JSON.parse(await readFile(index, "utf8").catch(() => "{}"));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null && this.#child.pid !== undefined) {
      const ended = new Promise((resolve) => this.#child.once("exit", resolve));
      this.#child.kill();
      await ended;
    }
    await rm(this.#directory, { recursive: true, force: true });
  }
}

/** Below those that the system gives away by itself: somebody else could be given it before the server is there. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 20_000);
    const server = createServer();
    const listening = await new Promise<boolean>((resolve) => {
      server.once("error", () => resolve(false));
      server.listen(port, "127.0.0.1", () => resolve(true));
    });
    if (!listening) continue;
    await new Promise((resolve) => server.close(resolve));
    return port;
  }
}

/** Waits until somebody listens there: for at most half a minute. */
async function listens(port: number): Promise<void> {
  for (const end = Date.now() + 30_000; Date.now() < end;) {
    const connected = await new Promise<boolean>((resolve) => {
      const socket = connect(port, "127.0.0.1");
      socket.once("connect", () => (socket.destroy(), resolve(true)));
      socket.once("error", () => resolve(false));
    });
    if (connected) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`Nobody listens on port ${port} after 30 s`);
}
