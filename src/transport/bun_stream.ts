import { Delivery } from "./delivery.ts";
import type { ByteStream, ByteStreamSink, TlsOptions } from "./transport.ts";

/** The part of `Bun.Socket` in use. */
export interface BunSocket {
  readonly data: BunByteStream;
  /** Answers how many bytes were taken, or -1 when the socket is gone. */
  write(data: Uint8Array, byteOffset: number, byteLength: number): number;
  pause(): void;
  resume(): void;
  shutdown(): void;
  terminate(): void;
  ref(): void;
  unref(): void;
  setNoDelay(on: boolean): boolean;
  setKeepAlive(on: boolean, initialDelay?: number): boolean;
  setTypeOfService(value: number): void;
  /** `null` until the TLS handshake is complete. */
  getCipher(): object | null;
}

/** One set of functions for all sockets: what belongs to one is in its `data`. */
export const socketEvents = {
  binaryType: "uint8array",
  open: (socket: BunSocket): void => socket.data.onOpen(socket),
  handshake: (socket: BunSocket, success: boolean, error: Error | null): void =>
    socket.data.onHandshake(socket, success, error),
  data: (socket: BunSocket, bytes: Uint8Array): void => socket.data.onData(bytes),
  drain: (socket: BunSocket): void => socket.data.onDrain(),
  end: (socket: BunSocket): void => socket.data.onEnd(),
  error: (socket: BunSocket, error: Error): void => socket.data.onError(error),
  close: (socket: BunSocket, error?: Error): void => socket.data.onClose(error),
  // The promise of `connect` rejects with the same error; without this function Bun throws it as well.
  connectError: (): void => {},
};

/** A socket of `Bun.connect`. */
export class BunByteStream implements ByteStream {
  readonly #delivery = new Delivery();
  readonly #handshake: Handshake | undefined;
  #socket: BunSocket | undefined;
  /** What the system has not taken of the last write. */
  #lent: Uint8Array | undefined;
  /** Whether the socket itself is paused. */
  #stopped = false;
  #shutDown = false;
  #destroyed = false;
  #error: unknown;

  constructor(tls: TlsOptions | undefined) {
    if (tls !== undefined) this.#handshake = new Handshake(tls.verify !== false);
  }

  get socket(): BunSocket | undefined {
    return this.#socket;
  }

  get unsent(): number {
    return this.#lent?.length ?? 0;
  }

  /** Settles with the TLS handshake. */
  get secured(): Promise<void> | undefined {
    return this.#handshake?.done;
  }

  attach(sink: ByteStreamSink): void {
    this.#delivery.attach(sink);
  }

  resume(): void {
    this.#delivery.resume();
    if (!this.#stopped) return;
    this.#stopped = false;
    this.#socket?.resume();
  }

  /**
   * The socket goes on until it has something, which is held: to pause it and to resume it costs five system calls and
   * an event, and mostly nothing comes in between.
   */
  pause(): void {
    this.#delivery.pause();
    if (this.#delivery.holds) this.#stop();
  }

  write(bytes: Uint8Array, start: number, end: number): boolean {
    if (this.#socket === undefined || this.#shutDown || this.#destroyed) return true;
    const taken = this.#socket.write(bytes, start, end - start);
    // Negative: the socket is gone, and its `close` event with the reason is on its way.
    if (taken < 0 || taken === end - start) return true;
    this.#lent = bytes.subarray(start + taken, end);
    return false;
  }

  shutdown(): void {
    this.#shutDown = true;
    if (this.#lent === undefined) this.#socket?.shutdown();
  }

  destroy(): void {
    this.#destroyed = true;
    this.#lent = undefined;
    this.#delivery.drop();
    this.#socket?.terminate();
  }

  setKeepsProcessAlive(keeps: boolean): void {
    if (keeps) this.#socket?.ref();
    else this.#socket?.unref();
  }

  onOpen(socket: BunSocket): void {
    this.#socket = socket;
    if (this.#destroyed) socket.terminate();
  }

  onHandshake(socket: BunSocket, success: boolean, error: Error | null): void {
    this.#handshake?.finish(socket, success, error);
  }

  onData(bytes: Uint8Array): void {
    const { paused } = this.#delivery;
    this.#delivery.data(bytes);
    if (paused) this.#stop();
  }

  #stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#socket?.pause();
  }

  /** Bun calls this whenever there is room, also when nothing waits for it. */
  onDrain(): void {
    const lent = this.#lent;
    if (lent === undefined || this.#socket === undefined) return;
    const taken = this.#socket.write(lent, 0, lent.length);
    if (taken < 0) return;
    this.#lent = taken < lent.length ? lent.subarray(taken) : undefined;
    if (this.#lent !== undefined) return;
    if (this.#shutDown) this.#socket.shutdown();
    this.#delivery.writable();
  }

  onEnd(): void {
    this.#delivery.end();
  }

  onError(error: Error): void {
    this.#error ??= error;
  }

  onClose(error?: Error): void {
    const reason = error ?? this.#error;
    this.#handshake?.fail(reason ?? new Error("disconnected"));
    this.#lent = undefined;
    // When this side was shut down before, the peer's FIN is told as the close alone.
    if (reason === undefined) this.#delivery.end();
    this.#delivery.close(reason);
  }
}

/** The TLS handshake of one socket, whose promise `Bun.connect` does not wait for. */
class Handshake {
  readonly #verify: boolean;
  readonly #result: PromiseWithResolvers<void> = Promise.withResolvers();

  constructor(verify: boolean) {
    this.#verify = verify;
    // A socket may fail before anyone asks, or lose the race for the host.
    this.#result.promise.catch(() => {});
  }

  get done(): Promise<void> {
    return this.#result.promise;
  }

  finish(socket: BunSocket, success: boolean, error: Error | null): void {
    // Without verification, a complete handshake counts: Bun calls it no success when the certificate is bad.
    const good = this.#verify ? success && !error : socket.getCipher() !== null;
    if (good) this.#result.resolve();
    else this.fail(error ?? new Error("the handshake failed"));
  }

  fail(error: unknown): void {
    this.#result.reject(error);
  }
}
