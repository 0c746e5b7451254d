import type { OnReadOpts, Socket } from "node:net";
import { TLSSocket } from "node:tls";
import { Delivery } from "./delivery.ts";
import { tcpBelow } from "./tcp_below.ts";
import type { CarrierStream } from "./through_proxy.ts";
import type { ByteStreamSink } from "./transport.ts";

/**
 * All streams of a thread receive into this one buffer: a connection at rest owns none. What it holds is
 * used up, or copied, before the next read begins.
 */
const receiveBuffer = new Uint8Array(64 * 1024);

/** The view handed out last. Lengths repeat, and making a view costs more than comparing. */
let receiveView = receiveBuffer;

/** How a stream receives. */
export interface Receiving {
  /** By the event `data`, in memory of its own, and not into {@linkcode receiveBuffer}. Default: `false`. */
  readonly byEvents?: boolean;
}

/** What a {@linkcode NodeByteStream} is made of beside its socket. */
export interface StreamParts extends Receiving {
  /** What its TLS runs over, where that is a stream of its own. */
  readonly carrier?: NodeByteStream;
}

/** A socket of `node:net` or `node:tls`. */
export class NodeByteStream implements CarrierStream {
  readonly socket: Socket;
  readonly #carrier: NodeByteStream | undefined;
  readonly #delivery = new Delivery();
  #error: unknown;
  #over = false;
  /** Writes that were not called back yet. */
  #writes = 0;
  #lent = false;
  #lentLength = 0;
  /** Takes what comes by events. */
  #onChunk: ((bytes: Uint8Array) => void) | undefined;
  /** Who waits for the socket to get somewhere. */
  #awaited: PromiseWithResolvers<void> | undefined;

  constructor(open: (onread?: OnReadOpts) => Socket, { byEvents, carrier }: StreamParts) {
    const callback = (length: number) => this.#onReceive(length);
    this.socket = open(byEvents ? undefined : { buffer: receiveBuffer, callback }).pause();
    this.#carrier = carrier;
    if (byEvents) this.socket.on("data", this.#onChunk = (bytes) => this.#delivery.data(bytes));
    this.socket.on("end", () => this.#delivery.end());
    this.socket.on("error", (error) => this.#onError(error));
    this.socket.on("close", () => this.#onClose());
  }

  /** Waits for the socket to get somewhere. It is destroyed when `signal` aborts first. */
  async until(event: "connect" | "secureConnect", signal: AbortSignal): Promise<void> {
    if (this.#delivery.closed) throw this.#reason;
    const awaited = this.#awaited = Promise.withResolvers<void>();
    const abort = (): void => {
      this.destroy();
      awaited.reject(signal.reason);
    };
    if (signal.aborted) abort();
    this.socket.once(event, awaited.resolve);
    signal.addEventListener("abort", abort);
    try {
      await awaited.promise;
      // It may have aborted since, and destroyed the socket.
      signal.throwIfAborted();
    } finally {
      this.#awaited = undefined;
      signal.removeEventListener("abort", abort);
    }
  }

  /** Why the socket has closed. */
  get #reason(): unknown {
    return this.#error ?? new Error("disconnected");
  }

  /** The peer's certificate in DER, once TLS is established. */
  get certificate(): Uint8Array | undefined {
    return this.socket instanceof TLSSocket ? this.socket.getPeerCertificate().raw : undefined;
  }

  /** Leaves the socket to somebody else. */
  handOver(): Socket {
    this.#tcp?.readStart();
    return this.#onChunk === undefined ? this.socket : this.socket.off("data", this.#onChunk);
  }

  /** What has to be stopped by hand, in Deno. */
  get #tcp(): ReturnType<typeof tcpBelow> {
    return (this.#carrier && tcpBelow(this.#carrier.socket)) ?? tcpBelow(this.socket);
  }

  get unsent(): number {
    if (!this.#lent) return 0;
    const below = this.#carrier?.socket.writableLength ?? 0;
    return this.socket.writableLength || Math.min(below, this.#lentLength);
  }

  /**
   * Whether what this has encrypted waits below: in Bun, TLS in TLS counts it as taken. Elsewhere it waits for the
   * carrier by itself.
   */
  get #waitsBelow(): boolean {
    return this.#carrier?.socket.writableNeedDrain ?? false;
  }

  attach(sink: ByteStreamSink): void {
    this.#delivery.attach(sink);
  }

  resume(): void {
    this.#delivery.resume();
    this.socket.resume();
    this.#tcp?.readStart();
  }

  putBack(bytes: Uint8Array): void {
    this.#delivery.putBack(bytes);
  }

  pause(): void {
    this.#delivery.pause();
    this.socket.pause();
    this.#tcp?.readStop();
  }

  write(bytes: Uint8Array, start: number, end: number): boolean {
    if (this.#over || this.#delivery.closed) return true;
    this.#writes++;
    this.socket.write(bytes.subarray(start, end), this.#onWritten);
    // TCP: the system has taken all of it within the call, as a rule. TLS: that is told later, always.
    if (this.socket.writableLength === 0 && !this.#waitsBelow) return true;
    this.#lent = true;
    this.#lentLength = end - start;
    return false;
  }

  shutdown(): void {
    this.#over = true;
    this.socket.end();
  }

  destroy(): void {
    this.#over = true;
    this.#lent = false;
    this.#delivery.drop();
    this.socket.destroy();
    this.#carrier?.destroy();
  }

  setKeepsProcessAlive(keeps: boolean): void {
    this.#carrier?.setKeepsProcessAlive(keeps);
    if (keeps) this.socket.ref();
    else this.socket.unref();
  }

  /** Answers whether to go on reading. */
  #onReceive(length: number): boolean {
    if (receiveView.length !== length) receiveView = receiveBuffer.subarray(0, length);
    this.#delivery.data(receiveView);
    return !this.#delivery.paused;
  }

  #onError(error: Error): void {
    this.#error ??= error;
    // After the handshake a TLS socket reports an error and stays as it is.
    this.socket.destroy();
  }

  #onClose(): void {
    this.#lent = false;
    this.#awaited?.reject(this.#reason);
    this.#carrier?.destroy();
    this.#delivery.close(this.#error);
  }

  #onWritten = (error?: Error | null): void => {
    // Writes end in order, so the lent one is the last to be called back.
    if (--this.#writes > 0 || error || !this.#lent) return;
    if (this.#waitsBelow) this.#carrier?.socket.once("drain", () => this.#taken());
    else this.#taken();
  };

  #taken(): void {
    if (!this.#lent) return;
    this.#lent = false;
    this.#delivery.writable();
  }
}
