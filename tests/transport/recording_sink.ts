import type { ByteStream, ByteStreamSink } from "../../src/transport/transport.ts";
import { Changes } from "./changes.ts";

/** Writes down what a stream tells, and fails on what no stream may do. */
export class RecordingSink implements ByteStreamSink {
  /** In order: `data` (once for any number in a row), `writable`, `end`, `close`. */
  readonly log: string[] = [];
  readonly changes: Changes = new Changes();
  /** What {@linkcode ByteStreamSink.onClose} was given. */
  error: unknown;
  /** Called for each `onData`, after it was recorded. */
  receive: (bytes: Uint8Array) => void = () => {};
  /** Called for each `onWritable`. */
  writable: () => void = () => {};

  readonly #chunks: Uint8Array[] = [];
  #length = 0;
  #inCall = false;

  /** Number of bytes received. */
  get length(): number {
    return this.#length;
  }

  /** Whether the stream has closed. */
  get closed(): boolean {
    return this.log.at(-1) === "close";
  }

  /** All bytes received. */
  get bytes(): Uint8Array {
    return new Uint8Array(this.#chunks.flatMap((chunk) => [...chunk]));
  }

  /** All bytes received, as text. */
  get text(): string {
    return new TextDecoder().decode(this.bytes);
  }

  onData(bytes: Uint8Array): void {
    this.#record("data", () => {
      this.#chunks.push(bytes.slice());
      this.#length += bytes.length;
      this.receive(bytes);
    });
  }

  onWritable(): void {
    this.#record("writable", () => this.writable());
  }

  onEnd(): void {
    this.#record("end");
  }

  onClose(error?: unknown): void {
    this.error = error;
    this.#record("close");
  }

  /** Waits until the stream has told of this. */
  told(event: "data" | "writable" | "end" | "close"): Promise<void> {
    return this.changes.until(() => this.log.includes(event), `"${event}", after ${this.log.join(" ")}`);
  }

  /** Waits until so many bytes have come. */
  received(length: number): Promise<void> {
    return this.changes.until(() => this.#length >= length, `${length} bytes`);
  }

  #record(event: string, then = () => {}): void {
    if (this.#inCall) this.log.push("call within a call");
    if (this.closed) this.log.push("call after close");
    if (event !== "data" || this.log.at(-1) !== "data") this.log.push(event);
    this.#inCall = true;
    try {
      then();
    } finally {
      this.#inCall = false;
    }
    this.changes.notify();
  }
}

/** Writes all of `bytes`, waiting for `onWritable` as the stream says. */
export async function writeAll(stream: ByteStream, sink: RecordingSink, bytes: Uint8Array): Promise<void> {
  let written = false;
  sink.writable = () => written = true;
  if (stream.write(bytes, 0, bytes.length)) return;
  await sink.changes.until(() => written, "onWritable");
}
