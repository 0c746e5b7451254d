import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { describe, it } from "node:test";
import { assertEquals, assertMatch } from "@std/assert";
import { type WebSocket, WebSocketServer } from "ws";
import { startEchoServer } from "../../examples/support/echo_server.ts";
import { runExample, type RunOptions } from "./run_example.ts";

const directory = new URL("../../examples/", import.meta.url);

function run(name: string, options?: RunOptions): Promise<string[]> {
  return runExample(new URL(`${name}.ts`, directory), options);
}

/** What each example prints, except where that differs from run to run. */
const printed: Record<string, readonly (string | RegExp)[]> = {
  echo: ["received: Hello, world", "closed: 1000"],
  headers: ["subprotocol: chat.v2"],
  ping_pong: ["pong: are you there?", /^round trip: \d+\.\d{3} ms$/],
  tls_own_ca: ["without the authority: TlsFailed", "with the authority: Hello over TLS"],
  shutdown: [
    "close: the peer answers, or closeTimeout passes",
    "closed: 1000, clean: true",
    "quit",
    "forceQuit: no Close frame, no callback but onQuit",
    "quit",
    "run answers: 1006, clean: false",
  ],
  raw_socket: [/^(Deno\.TcpConn|Bun\.Socket|net\.Socket) to port \d+$/],
  logging: [
    /^websocket 1: connecting to 127\.0\.0\.1:\d+ over (deno|bun|node)$/,
    /^websocket 1: tcp took [\d.]+ ms$/,
    /^websocket 1: upgrade took [\d.]+ ms$/,
    /^websocket 1: connected to 127\.0\.0\.1:\d+ over (deno|bun|node) in [\d.]+ ms$/,
    "websocket 1: closing by local: 1000",
    "websocket 1: closed by local: 1000",
    /^\[feed\] websocket 2: connected to/,
    "[feed] websocket 2: closed by local: 1000",
  ],
  proxy: ["without a password: ConnectionFailed, 407", "received: Hello through a proxy"],
  certificate_pinning: ["another key: TlsFailed", "received: Hello to the key that I know"],
  metrics: [
    /^websocket 1 is open after [\d.]+ ms$/,
    "websocket 1 ended with 1000",
    "608 bytes sent, 204 received",
    /^100 round trips: median [\d.]+ ms, 99 % within [\d.]+ ms$/,
  ],
  blocking: ["received: one", "received: two", "received: three"],
  async: ["activated", "received: Hello from another thread", "closed", "quit", "closed: 1000"],
  busy_polling: [/^median of 1000 round trips: \d+ µs, closed: 1000$/],
  reconnect: [
    "ConnectionFailed",
    "received: Hello from connection 1",
    "connection 1 ended: 1000",
    "ended after attempt 2",
  ],
  redirects: ["not followed: HandshakeFailed, 308", "connected to the new one: true"],
  unix_socket: ["received: Hello over a Unix socket"],
  custom_lookup: ["by a table: open", "feed.example has 2 addresses", "by a function: open"],
  web_socket: ["text: Hello", "binary: 6 bytes", "text: behind the Blob", "closed: 1000 done, clean: true"],
  web_socket_stream: [...[1, 2, 3, 4, 5].map((number) => `received: number ${number}`), "closed: 1005"],
  many_connections: ["100 connections", "100 echoes"],
  broadcast: ["100 echoes of 712 bytes"],
  large_upload: ["8388608 bytes came back"],
  large_download: ["binary message of 8388608 bytes"],
  chat_bot: [
    "ann: !help",
    "helper: I know !help, !add, !leave",
    "ann: !add 1 2 3",
    "helper: That is 6",
    "ann: !leave",
    "helper: Good-bye",
    "closed: 1000 told to leave",
  ],
  load_generator: [
    "50 connections, 500 messages/s: 250 of 250 answered",
    /^median [\d.]+ ms, 99 % within [\d.]+ ms, all within [\d.]+ ms$/,
  ],
  plain_script: ["version: 1.2", "user ann: ann", "user bob: bob", "4 calls"],
};

describe("examples", () => {
  for (const [name, expected] of Object.entries(printed)) {
    it(`${name}.ts prints what it should`, async () => {
      assertLines(await run(name), expected);
    });
  }

  it("consumer_in_worker.ts prints what it should, on two threads", async () => {
    const lines = await run("consumer_in_worker");
    assertEquals(lines.sort(), ["main thread: closed with 1000", "worker: received Hello from the worker"]);
  });

  it("shutdown_on_sigint.ts closes when interrupted", async () => {
    const lines = await run("shutdown_on_sigint", {
      // Not by child.kill: Deno would then report the signal as the end of a child that ended by itself.
      onLine: (line, { pid }) => line.startsWith("running") && process.kill(pid!, "SIGINT"),
    });
    assertLines(lines, ["running, press Ctrl-C", "closed: 1000 interrupted, clean: true"]);
  });

  it("headers.ts sends its headers, to the URL that it is given", async () => {
    const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
    await new Promise((resolve) => server.once("listening", resolve));
    try {
      const { promise, resolve } = Promise.withResolvers<Record<string, unknown>>();
      server.on("connection", (_socket: WebSocket, { headers }) => resolve(headers));
      const { port } = server.address() as { port: number };
      await run("headers", { args: [`ws://127.0.0.1:${port}/feed`] });
      const headers = await promise;
      assertEquals(headers["authorization"], "Bearer s3cr3t");
      assertEquals(headers["user-agent"], "silver9-example");
      assertEquals(headers["sec-websocket-protocol"], "chat.v2, chat.v1");
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });

  it("recorder.ts writes what came, and when, to a file", async () => {
    await using server = await startEchoServer();
    const folder = await mkdtemp(path.join(tmpdir(), "websocket-recorder-"));
    try {
      const file = path.join(folder, "feed.tsv");
      assertEquals(await run("recorder", { args: [server.url, file, "3"] }), [`3 messages in ${file}`]);
      const lines = (await readFile(file, "utf8")).trim().split("\n").map((line) => line.split("\t"));
      for (const [time] of lines) assertMatch(time!, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
      assertEquals(lines.map(([, what, text]) => text === undefined ? what : `${what} ${text}`), [
        "connected",
        'message {"subscribe":"trades","symbol":"BTC-USD"}',
        'message {"subscribe":"trades","symbol":"ETH-USD"}',
        'message {"subscribe":"trades","symbol":"SOL-USD"}',
        "closed 1000",
      ]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it("are all tested", async () => {
    const files = (await readdir(directory)).filter((file) => file.endsWith(".ts"));
    const tested = [...Object.keys(printed), "consumer_in_worker", "recorder", "shutdown_on_sigint"];
    assertEquals(files.sort(), tested.map((name) => `${name}.ts`).sort());
  });
});

function assertLines(lines: readonly string[], expected: readonly (string | RegExp)[]): void {
  for (const [index, line] of expected.entries()) {
    if (typeof line === "string") assertEquals(lines[index], line);
    else assertMatch(lines[index] ?? "", line);
  }
  assertEquals(lines.length, expected.length);
}
