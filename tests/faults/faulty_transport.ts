import { WebSocketError } from "../../mod.ts";
import type {
  ByteStream,
  ByteStreamSink,
  ConnectContext,
  ConnectTarget,
  Transport,
} from "../../src/transport/transport.ts";

/** What goes wrong. */
export interface Trouble {
  /** The number of the operation that fails, counted from 1: connect, write, chunk, end, shutdown. */
  readonly failAt: number;
  readonly error: Error;
}

/** A real transport in bad health. */
export class FaultyTransport implements Transport {
  readonly name: string;
  readonly unsupported: Transport["unsupported"];
  /** Streams that have been opened, and those that have told their end. */
  opened = 0;
  closed = 0;
  /** What has failed. */
  failed: string | undefined;
  readonly #real: Transport;
  readonly #trouble: Trouble;
  #operations = 0;

  constructor(real: Transport, trouble: Trouble) {
    this.name = real.name;
    this.unsupported = real.unsupported;
    this.#real = real;
    this.#trouble = trouble;
  }

  async connect(target: ConnectTarget, context: ConnectContext): Promise<ByteStream> {
    try {
      this.attempt("connect");
    } catch (cause) {
      throw new WebSocketError("ConnectionFailed", "injected", { cause });
    }
    const stream = await this.#real.connect(target, context);
    this.opened++;
    return new FaultyStream(stream, this);
  }

  /** Throws if this is the operation that fails. */
  attempt(what: string): void {
    if (++this.#operations !== this.#trouble.failAt) return;
    this.failed = what;
    throw this.#trouble.error;
  }
}

/** One of its streams. */
class FaultyStream implements ByteStream, ByteStreamSink {
  readonly #stream: ByteStream;
  readonly #transport: FaultyTransport;
  #sink!: ByteStreamSink;
  #error: unknown;

  constructor(stream: ByteStream, transport: FaultyTransport) {
    this.#stream = stream;
    this.#transport = transport;
    stream.attach(this);
  }

  get socket(): unknown {
    return this.#stream.socket;
  }

  get unsent(): number {
    return this.#stream.unsent;
  }

  attach(sink: ByteStreamSink): void {
    this.#sink = sink;
  }

  resume(): void {
    this.#stream.resume();
  }

  pause(): void {
    this.#stream.pause();
  }

  write(bytes: Uint8Array, start: number, end: number): boolean {
    return this.#attempt("write") ? this.#stream.write(bytes, start, end) : true;
  }

  shutdown(): void {
    if (this.#attempt("shutdown")) this.#stream.shutdown();
  }

  destroy(): void {
    this.#stream.destroy();
  }

  setKeepsProcessAlive(keeps: boolean): void {
    this.#stream.setKeepsProcessAlive(keeps);
  }

  onData(bytes: Uint8Array): void {
    if (this.#attempt("data")) this.#sink.onData(bytes);
  }

  onWritable(): void {
    this.#sink.onWritable();
  }

  onEnd(): void {
    if (this.#attempt("end")) this.#sink.onEnd();
  }

  onClose(error?: unknown): void {
    this.#transport.closed++;
    const reason = error ?? this.#error;
    if (reason === undefined) this.#sink.onClose();
    else this.#sink.onClose(reason);
  }

  /** A failure takes the stream with it, as a transport's does. */
  #attempt(what: string): boolean {
    if (this.#error !== undefined) return false;
    try {
      this.#transport.attempt(what);
      return true;
    } catch (error) {
      this.#error = error;
      this.#stream.destroy();
      return false;
    }
  }
}
