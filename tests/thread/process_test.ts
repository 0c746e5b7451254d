import { spawn } from "node:child_process";
import process from "node:process";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { assertEquals } from "@std/assert";
import { closeFrame, textFrame } from "../support/frames.ts";
import { opcodes } from "../support/frames.ts";
import { type RawPeer, withRawServer } from "../support/raw_server.ts";
import { runtime } from "../client/setup.ts";

/** A thread that does not start is given up after five seconds. */
const LIMIT = 15_000;
const program = fileURLToPath(new URL("./child_program.ts", import.meta.url));

/** What a child process printed, and how it ended. */
interface Outcome {
  readonly printed: unknown[];
  readonly code: number | null;
  readonly signal: string | null;
}

/** Runs a program of `child_program.ts` on the runtime of this test, until it ends by itself. */
function run(name: string, url: string, flags: readonly string[] = ["-A"]): Promise<Outcome> {
  const before = runtime === "deno" ? ["run", "--no-check", "--quiet", ...flags] : [];
  const child = spawn(process.execPath, [...before, program, name, url], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const late = setTimeout(() => child.kill("SIGKILL"), LIMIT);
  const { promise, resolve, reject } = Promise.withResolvers<Outcome>();
  let output = "";
  let complaints = "";
  child.stdout.setEncoding("utf8").on("data", (text) => output += text);
  child.stderr.setEncoding("utf8").on("data", (text) => complaints += text);
  child.once("error", reject);
  child.once("close", (code, signal) => {
    clearTimeout(late);
    if (code !== 0) console.log(complaints);
    const lines = output.split("\n").filter((line) => line !== "");
    resolve({ printed: lines.map((line) => JSON.parse(line)), code, signal });
  });
  return promise;
}

const ends = { code: 0, signal: null };

/** Echoes until Close, or until the client has gone. */
async function echo(peer: RawPeer): Promise<void> {
  await peer.handshake();
  for (;;) {
    const frame = await peer.readFrame().catch(() => undefined);
    if (frame === undefined) return;
    if (frame.opcode === opcodes.close) break;
    await peer.send(textFrame(frame.payload));
  }
  await peer.send(closeFrame(1000));
  await peer.end();
  await peer.closed();
}

describe("a process ends by itself", { timeout: 2 * LIMIT }, () => {
  const cases: [name: string, printed: unknown[]][] = [
    ["blocking", [{ type: "activated" }, { type: "text", data: "hello" }, "closed", "quit"]],
    ["blockingUnfinished", ["activated"]],
    ["finished", ["activated", "closed", "quit"]],
    ["unread", []],
    ["idleThread", ["closed"]],
  ];
  for (const [name, printed] of cases) {
    it(name, { timeout: LIMIT }, () =>
      withRawServer(echo, async (server) => {
        assertEquals(await run(name, server.url), { ...ends, printed });
      }));
  }

  it(
    "when connecting from a blocked main thread is refused",
    { timeout: LIMIT },
    () =>
      withRawServer(async (peer) => {
        await peer.readRequest();
        await peer.send("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n");
        await peer.end();
        await peer.closed();
      }, async (server) => {
        const outcome = await run("blockingRefused", server.url);
        assertEquals(outcome, { ...ends, printed: [["HandshakeFailed", ""]] });
      }),
  );
});

describe("a worker that cannot be loaded", { timeout: 2 * LIMIT }, () => {
  const url = "ws://127.0.0.1:9";
  const cases: [name: string, code: string, phase: string][] = [
    ["blockingWorkerMissing", "Timeout", "thread"],
    ["workerMissing", "Io", ""],
    ["workerElsewhere", "InvalidConfiguration", ""],
  ];
  for (const [name, code, phase] of cases) {
    it(`${name}: ${code}`, { timeout: LIMIT }, async () => {
      assertEquals(await run(name, url), { ...ends, printed: [[code, phase]] });
    });
  }

  if (runtime === "deno") {
    it("Deno without --allow-read, async: Io", { timeout: LIMIT }, async () => {
      assertEquals(await run("connect", url, ["--allow-net"]), { ...ends, printed: [["Io", ""]] });
    });

    it("Deno without --allow-read, blocking: Timeout", { timeout: LIMIT }, async () => {
      const outcome = await run("blockingRefused", url, ["--allow-net"]);
      assertEquals(outcome, { ...ends, printed: [["Timeout", "thread"]] });
    });
  }
});
