import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import type { ConnectPhase, SocketOptions, TlsOptions } from "../../../src/transport/transport.ts";
import { connectPolled } from "../../../src/transport/syscall/connect_polled.ts";
import type { PolledContext } from "../../../src/transport/syscall/polled_context.ts";
import { END, type PolledStream } from "../../../src/transport/syscall/polled_stream.ts";
import { receiveBuffer } from "../../../src/transport/syscall/receive_buffer.ts";
import { bounded } from "../../conformance/bounded.ts";
import { type Certificates, certificates } from "../../support/certificates.ts";

/** What the worker is made with. */
export interface FarEndData {
  readonly certificates: Certificates;
  readonly socketPath: string;
}

/** What the worker says when it listens. */
export interface FarEndReply {
  readonly ports: Readonly<Record<string, number>>;
}

/** Below `bun test`'s five seconds. */
const limit = 4000;

/** Servers on another thread: see far_end_worker.ts. */
export class FarEnd {
  readonly ports: Readonly<Record<string, number>>;
  /** Where a Unix socket echoes. */
  readonly socketPath: string;
  readonly certificates: Certificates;
  readonly #worker: Worker;

  private constructor(worker: Worker, data: FarEndData, ports: FarEndReply["ports"]) {
    this.#worker = worker;
    this.socketPath = data.socketPath;
    this.certificates = data.certificates;
    this.ports = ports;
  }

  static async open(): Promise<FarEnd> {
    const directory = await mkdtemp(join(tmpdir(), "far-end-"));
    const data: FarEndData = { certificates: await certificates(), socketPath: join(directory, "socket") };
    const worker = new Worker(new URL("./far_end_worker.ts", import.meta.url), { workerData: data });
    const { promise, resolve, reject } = Promise.withResolvers<FarEndReply>();
    worker.once("message", resolve);
    worker.once("error", reject);
    const { ports } = await bounded(promise, limit, "the servers to listen");
    return new FarEnd(worker, data, ports);
  }

  /** Lets the stalled connections read. */
  resume(): void {
    this.#worker.postMessage("resume");
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
    await rm(join(this.socketPath, ".."), { recursive: true });
  }
}

/** A context with a deadline so many milliseconds away, which fails with `late in PHASE`. */
export function contextFor(
  timeout = limit,
  enterPhase: (phase: ConnectPhase) => void = () => {},
): PolledContext {
  return {
    deadline: performance.now() + timeout,
    expired: (phase) => new RangeError(`late in ${phase}`),
    enterPhase,
  };
}

/** Where {@linkcode connectTo} connects to, by default by 127.0.0.1. */
export interface Destination {
  readonly port?: number;
  readonly host?: string;
  /** In place of host and port. */
  readonly socketPath?: string;
  readonly tls?: TlsOptions;
  readonly socket?: SocketOptions;
}

/** Connects while this thread waits. */
export function connectTo(
  { port = 0, host = "127.0.0.1", socketPath, tls, socket = {} }: Destination,
  context: PolledContext = contextFor(),
): PolledStream {
  return connectPolled({ host, port, socketPath, tls, socket }, context);
}

/** Writes all of it, sleeping for room. */
export function writeAll(stream: PolledStream, bytes: Uint8Array): void {
  const end = performance.now() + limit;
  for (let at = 0; at < bytes.length;) {
    const count = stream.write(bytes, at, bytes.length);
    at += count;
    if (count === 0) sleep(stream, end, true);
  }
}

/** Reads so many bytes, or up to the end of the stream. */
export function readUpTo(stream: PolledStream, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  const end = performance.now() + limit;
  for (let at = 0; at < length;) {
    const count = stream.read();
    if (count === END) return bytes.subarray(0, at);
    bytes.set(receiveBuffer.subarray(0, count), at);
    at += count;
    if (count === 0) sleep(stream, end, false);
  }
  return bytes;
}

/** Reads until the stream ends, as text. */
export function readToEnd(stream: PolledStream): string {
  return new TextDecoder().decode(readUpTo(stream, 1 << 20));
}

function sleep(stream: PolledStream, end: number, forWrite: boolean): void {
  const left = end - performance.now();
  if (left <= 0 || !stream.wait(left, forWrite)) throw new Error(`nothing within ${limit} ms`);
}
