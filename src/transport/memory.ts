/**
 * Two byte streams joined in memory, for tests without a socket: what happens is the same each time, and can be
 * made to happen in small pieces or to fail at any operation.
 *
 * @module
 */
import { Delivery } from "./delivery.ts";
import type { ByteStream, ByteStreamSink, ConnectContext, ConnectTarget, Transport } from "./transport.ts";

/** How one end of a {@linkcode memoryPair} behaves. */
export interface MemoryStreamOptions {
  /** The most bytes that are taken at a time; the rest of a write is lent. Default: all. */
  readonly takes?: number;
  /** The most bytes on their way to the other end; what goes beyond is lent. Default: no limit. */
  readonly capacity?: number;
  /** Sizes of the pieces that `onData` gets, in turn; the last one goes on. Default: as they were taken. */
  readonly splits?: readonly number[];
  /** The number of the operation that fails, counted from 1: each taking of bytes, `onData` and `shutdown`. */
  readonly failAt?: number;
  /** What the operation fails with. Default: an error with code `ECONNRESET`. */
  readonly error?: unknown;
}

/** Two streams: what one writes, the other reads. Everything is delivered in microtasks. */
export function memoryPair(
  near: MemoryStreamOptions = {},
  far: MemoryStreamOptions = {},
): [near: MemoryStream, far: MemoryStream] {
  const ends: [MemoryStream, MemoryStream] = [new MemoryStream(near), new MemoryStream(far)];
  MemoryStream.join(...ends);
  return ends;
}

/** A transport whose connections end in `accept`, which gets the server's end of each. */
export function memoryTransport(
  accept: (server: MemoryStream, target: ConnectTarget) => void,
  options: { readonly client?: MemoryStreamOptions; readonly server?: MemoryStreamOptions } = {},
): Transport {
  return {
    name: "memory",
    unsupported: [],
    async connect(target: ConnectTarget, { signal, enterPhase }: ConnectContext): Promise<ByteStream> {
      signal.throwIfAborted();
      for (const phase of ["lookup", "tcp", "tls"] as const) {
        if (phase === "tls" && target.tls === undefined) continue;
        enterPhase(phase);
        await Promise.resolve();
        signal.throwIfAborted();
      }
      const [client, server] = memoryPair(options.client, options.server);
      accept(server, target);
      return client;
    },
  };
}

function resetError(): Error {
  return Object.assign(new Error("connection reset by peer"), { code: "ECONNRESET" });
}

/** One end of a {@linkcode memoryPair}. */
export class MemoryStream implements ByteStream {
  /** The size of each write so far. */
  readonly writes: number[] = [];
  /** How many operations there were: see {@linkcode MemoryStreamOptions.failAt}. */
  operations = 0;

  readonly #options: MemoryStreamOptions;
  readonly #delivery = new Delivery();
  #peer!: MemoryStream;
  /** What the peer sent, and whether FIN is behind it. */
  #incoming: Uint8Array[] = [];
  #incomingLength = 0;
  #incomingEnd = false;
  #deliveries = 0;
  #lent: Uint8Array | undefined;
  #shutDown = false;
  #finSent = false;
  #finReceived = false;
  #closed = false;
  #turnPending = false;

  /** Use {@linkcode memoryPair}. */
  constructor(options: MemoryStreamOptions) {
    this.#options = options;
  }

  /** Makes each the other's peer. */
  static join(one: MemoryStream, other: MemoryStream): void {
    one.#peer = other;
    other.#peer = one;
  }

  get socket(): this {
    return this;
  }

  get unsent(): number {
    return this.#lent?.length ?? 0;
  }

  attach(sink: ByteStreamSink): void {
    this.#delivery.attach(sink);
  }

  resume(): void {
    this.#delivery.resume();
    this.#turnSoon();
  }

  pause(): void {
    this.#delivery.pause();
  }

  write(bytes: Uint8Array, start: number, end: number): boolean {
    if (this.#shutDown || this.#closed) return true;
    this.writes.push(end - start);
    this.#lent = bytes.subarray(start, end);
    this.#take();
    // Closed: the write failed, which is told by `onClose`.
    return this.#lent === undefined || this.#closed;
  }

  shutdown(): void {
    if (this.#shutDown || this.#closed) return;
    this.#shutDown = true;
    if (this.#lent === undefined) this.#sendFin();
  }

  destroy(): void {
    this.#delivery.drop();
    this.#close();
    this.#peer.#receiveFin();
  }

  /** Ends the connection by RST: the peer is told `ECONNRESET`. */
  reset(): void {
    this.#delivery.drop();
    this.#close();
    this.#peer.#close(resetError());
  }

  setKeepsProcessAlive(): void {}

  /** Whether this operation is the one to fail; then everything is over. */
  #fails(): boolean {
    if (++this.operations !== this.#options.failAt) return false;
    this.#close(this.#options.error ?? resetError());
    this.#peer.#close(resetError());
    return true;
  }

  /** Takes lent bytes, as many as may be taken now. */
  #take(): void {
    const lent = this.#lent;
    if (lent === undefined) return;
    const { takes = Infinity, capacity = Infinity } = this.#options;
    const count = Math.min(takes, capacity - this.#peer.#incomingLength, lent.length);
    // Without room, the peer's reading goes on with this.
    if (count === 0 && lent.length > 0) return;
    if (this.#fails()) return;
    // RFC 9293 §3.10.7.1: whoever writes to a closed connection is answered by RST.
    if (this.#peer.#closed) return this.#close(resetError());
    if (count > 0) this.#peer.#receive(lent.slice(0, count));
    this.#lent = count < lent.length ? lent.subarray(count) : undefined;
    if (this.#lent !== undefined) this.#turnSoon();
  }

  #receive(bytes: Uint8Array): void {
    this.#incoming.push(bytes);
    this.#incomingLength += bytes.length;
    this.#turnSoon();
  }

  #sendFin(): void {
    if (this.#fails()) return;
    this.#finSent = true;
    this.#peer.#receiveFin();
    this.#closeIfDone();
  }

  #receiveFin(): void {
    this.#incomingEnd = true;
    this.#turnSoon();
  }

  #turnSoon(): void {
    if (this.#turnPending || this.#closed) return;
    this.#turnPending = true;
    queueMicrotask(() => this.#turn());
  }

  /** At most one taking and one `onData` for each turn, so that anything may happen in between. */
  #turn(): void {
    this.#turnPending = false;
    if (this.#closed) return;
    if (this.#lent !== undefined) {
      this.#take();
      if (this.#lent === undefined && !this.#closed) {
        if (this.#shutDown) this.#sendFin();
        this.#delivery.writable();
      }
    }
    if (this.#closed || this.#delivery.paused) return;
    if (this.#incomingLength > 0) return this.#deliver();
    if (!this.#incomingEnd || this.#finReceived) return;
    this.#finReceived = true;
    this.#delivery.end();
    this.#closeIfDone();
  }

  #deliver(): void {
    if (this.#fails()) return;
    const { splits = [] } = this.#options;
    const size = splits[Math.min(this.#deliveries++, splits.length - 1)] ?? this.#incoming[0].length;
    const bytes = this.#unqueue(Math.min(size, this.#incomingLength));
    this.#turnSoon();
    this.#peer.#turnSoon();
    this.#delivery.data(bytes);
  }

  #unqueue(length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    for (let filled = 0; filled < length;) {
      const head = this.#incoming[0].subarray(0, length - filled);
      bytes.set(head, filled);
      filled += head.length;
      if (head.length === this.#incoming[0].length) this.#incoming.shift();
      else this.#incoming[0] = this.#incoming[0].subarray(head.length);
    }
    this.#incomingLength -= length;
    return bytes;
  }

  #closeIfDone(): void {
    if (this.#finSent && this.#finReceived) this.#close();
  }

  #close(error?: unknown): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#lent = undefined;
    this.#incoming = [];
    this.#incomingLength = 0;
    this.#delivery.close(error);
  }
}
