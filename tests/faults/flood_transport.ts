import type { ByteStream, ByteStreamSink, Transport } from "../../src/transport/transport.ts";
import { answerTo, parseRequest } from "../support/raw_server_http.ts";

/** What a {@linkcode FloodTransport}'s server does. */
export interface FloodOptions {
  /** What to send next; `undefined`: nothing any more. The memory is looked at before the next call. */
  readonly next: (number: number) => Uint8Array | undefined;
  /** Bytes that the server reads after the opening handshake before it stops reading for good. Default: no limit. */
  readonly reads?: number;
  /** Header fields of its answer beside the usual ones. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Sends this in place of the answer to the opening handshake. */
  readonly answer?: Uint8Array;
}

/** A server without a socket that sends as fast as it is read, one chunk for each turn of the event loop. */
export class FloodTransport implements Transport, ByteStream {
  readonly name = "flood";
  readonly unsupported = [];
  readonly socket = undefined;
  /** Bytes sent after the opening handshake. */
  sent = 0;
  /** Bytes taken after it. */
  taken = 0;
  /** The longest time that the client took for one chunk, in milliseconds. */
  longestTurn = 0;
  readonly #options: FloodOptions;
  #sink!: ByteStreamSink;
  #request = "";
  #open = false;
  #chunks = 0;
  #lent = 0;
  #paused = true;
  #scheduled = false;
  #gone = false;

  constructor(options: FloodOptions) {
    this.#options = options;
  }

  connect(): Promise<ByteStream> {
    return Promise.resolve(this);
  }

  get unsent(): number {
    return this.#lent;
  }

  attach(sink: ByteStreamSink): void {
    this.#sink = sink;
  }

  resume(): void {
    this.#paused = false;
    this.#schedule();
  }

  pause(): void {
    this.#paused = true;
  }

  write(bytes: Uint8Array, start: number, end: number): boolean {
    if (this.#gone) return true;
    if (!this.#open) {
      this.#request += new TextDecoder().decode(bytes.slice(start, end));
      this.#schedule();
      return true;
    }
    const room = (this.#options.reads ?? Infinity) - this.taken;
    const taken = Math.min(room, end - start);
    this.taken += taken;
    this.#lent = end - start - taken;
    return this.#lent === 0;
  }

  shutdown(): void {
    this.destroy();
  }

  destroy(): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#lent = 0;
    setImmediate(() => this.#sink.onClose());
  }

  setKeepsProcessAlive(): void {}

  #schedule(): void {
    if (this.#scheduled || this.#paused || this.#gone) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#turn();
    });
  }

  #turn(): void {
    if (this.#paused || this.#gone) return;
    const bytes = this.#open ? this.#options.next(this.#chunks++) : this.#answer();
    if (bytes === undefined) return;
    if (this.#open) this.sent += bytes.length;
    this.#open ||= this.#options.answer === undefined;
    const before = performance.now();
    this.#sink.onData(bytes);
    this.longestTurn = Math.max(this.longestTurn, performance.now() - before);
    this.#schedule();
  }

  #answer(): Uint8Array | undefined {
    if (!this.#request.endsWith("\r\n\r\n")) return undefined;
    return this.#options.answer ?? answerTo(parseRequest(this.#request), { headers: this.#options.headers });
  }
}
