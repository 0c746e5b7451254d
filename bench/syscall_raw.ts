/**
 * What the byte streams of the syscall transport cost, without a client above them: one frame to the server and
 * its answer, over and over, beside the same in C. `node bench/syscall_raw.ts [repetitions]`; with `polling` or
 * `waiting` and `--port=…`, one run in this runtime.
 *
 * @module
 */
import { execFile } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { connectPolled } from "../src/transport/syscall/connect_polled.ts";
import type { PolledStream } from "../src/transport/syscall/polled_stream.ts";
import type { Finding } from "./ask.ts";
import { buildNative, type NativePrograms } from "./native/build.ts";
import { type Runtime, runtimeCommand, RUNTIMES } from "./runtimes.ts";
import { type BenchServer, startProgram, startServer } from "./server/start.ts";

const modes = ["polling", "waiting"] as const;
type Mode = typeof modes[number];

const payloadSize = 64;
/** A masked binary frame, and the length of its answer, which has no mask. */
const frame = new Uint8Array(new ArrayBuffer(2 + 4 + payloadSize));
frame.set([0x82, 0x80 | payloadSize]);
const answerSize = frame.length - 4;

/** Milliseconds. */
const warmUp = 400;
const duration = 1000;

/** Round trips of one connection, in this runtime. */
function measure(port: number, mode: Mode): Finding {
  const stream = connectPolled({ host: "127.0.0.1", port, tls: undefined, socket: {} }, {
    deadline: Infinity,
    expired: () => new Error("late"),
    enterPhase: () => {},
  });
  upgrade(stream, port, mode);
  const times = new Float64Array(1 << 20);
  let rounds = 0;
  const measuredFrom = performance.now() + warmUp;
  for (let receivedAt = 0; receivedAt < measuredFrom + duration && rounds < times.length;) {
    const sentAt = performance.now();
    stream.write(frame, 0, frame.length);
    for (let missing = answerSize; missing > 0;) {
      if (mode === "waiting") stream.wait(Infinity);
      missing -= stream.read();
    }
    receivedAt = performance.now();
    if (receivedAt > measuredFrom) times[rounds++] = receivedAt - sentAt;
  }
  stream.close();
  const sorted = times.subarray(0, rounds).sort();
  const microseconds = (q: number): number => sorted[Math.min(rounds - 1, Math.floor(rounds * q))] * 1000;
  const [value, p99, p999, max] = [0.5, 0.99, 0.999, 1].map(microseconds);
  return { value, p99, p999, max };
}

/** The server answers the request in one piece: so much is known of it. */
function upgrade(stream: PolledStream, port: number, mode: Mode): void {
  const request = [
    `GET /echo?size=${payloadSize}${mode === "polling" ? "&spin" : ""} HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: c2lsdmVyOS1iZW5jaC0tLQ==",
    "\r\n",
  ];
  const bytes = new TextEncoder().encode(request.join("\r\n"));
  stream.write(bytes, 0, bytes.length);
  stream.wait(5000);
  if (stream.read() <= 0) throw new Error("the server did not answer");
}

/** All runtimes and C, in turns, so that what disturbs the machine disturbs all alike. */
async function compare(repetitions: number): Promise<void> {
  const native = await buildNative();
  const start = (): Promise<BenchServer> =>
    native.server === undefined ? startServer() : startProgram({ command: native.server, args: [] });
  const server = await start();
  const contestants: (Runtime | "c")[] = native.contestants.c === undefined
    ? [...RUNTIMES]
    : ["c", ...RUNTIMES];
  for (const mode of modes) {
    const findings = contestants.map((): Finding[] => []);
    for (let i = 0; i < repetitions; i++) {
      for (const [index, contestant] of contestants.entries()) {
        findings[index].push(await run(contestant, mode, server.port, native.contestants));
      }
    }
    console.log(`\n${mode}, 64 bytes, µs: p50, p99, p99.9, p50 to C`);
    const medians = findings.map((of) => of.sort((a, b) => a.value - b.value)[of.length >> 1]);
    medians.forEach(({ value, p99, p999 }, index) => {
      const ratio = contestants[0] === "c" ? (value / medians[0].value).toFixed(2) : "-";
      const cells = [value, p99 ?? NaN, p999 ?? NaN].map((cell) => cell.toFixed(1).padStart(9));
      console.log(contestants[index].padEnd(6), ...cells, ratio.padStart(7));
    });
  }
  server.stop();
}

async function run(
  contestant: Runtime | "c",
  mode: Mode,
  port: number,
  programs: NativePrograms["contestants"],
): Promise<Finding> {
  const { command, args } = contestant === "c"
    ? { command: programs.c[0], args: [mode === "polling" ? "c" : "c-waiting"] }
    : runtimeCommand(contestant);
  const own = contestant === "c" ? [] : [fileURLToPath(import.meta.url), mode];
  const flags = [`--port=${port}`, `--size=${payloadSize}`, `--warm-up=${warmUp}`, `--duration=${duration}`];
  const { stdout } = await promisify(execFile)(command, [...args, ...own, ...flags], { timeout: 30_000 });
  return JSON.parse(stdout) as Finding;
}

const [first = "5", port = ""] = process.argv.slice(2);
const mode = modes.find((name) => name === first);
if (mode === undefined) await compare(Number(first));
else console.log(JSON.stringify(measure(Number(port.replace("--port=", "")), mode)));
