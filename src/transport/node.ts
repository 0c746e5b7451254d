/**
 * Byte streams over `node:net` and `node:tls`. Made for Node; they work in Deno and Bun as well.
 *
 * @module
 */
import { connect, type OnReadOpts, Socket } from "node:net";
import { checkServerIdentity, connect as connectTls, type ConnectionOptions, TLSSocket } from "node:tls";
import { checkPins } from "./check_pins.ts";
import { checkTls } from "./check_tls.ts";
import { tlsFailed } from "./connect_error.ts";
import { dial } from "./dial.ts";
import { Delivery } from "./delivery.ts";
import type { Address } from "./lookup.ts";
import { secureContextOf } from "./secure_context.ts";
import { tcpBelow } from "./tcp_below.ts";
import { type CarrierStream, connectThrough } from "./through_proxy.ts";
import { tlsSettings } from "./tls_settings.ts";
import type {
  ByteStream,
  ByteStreamSink,
  ConnectContext,
  ConnectTarget,
  SocketOptions,
  TlsOptions,
  Transport,
} from "./transport.ts";

/**
 * All streams of a thread receive into this one buffer: a connection at rest owns none. What it holds is
 * used up, or copied, before the next read begins.
 */
const receiveBuffer = new Uint8Array(64 * 1024);

/** The view handed out last. Lengths repeat, and making a view costs more than comparing. */
let receiveView = receiveBuffer;

/** Byte streams over `node:net` and `node:tls`. */
export const nodeTransport: Transport = {
  name: "node",
  unixSockets: true,
  asksLookup: true,
  unsupported: [
    "ttl",
    "quickAck",
    "busyPoll",
    "receiveBufferSize",
    "sendBufferSize",
    // Node 24.14 and Bun have it, Deno has not.
    ...("setTypeOfService" in Socket.prototype ? [] : ["typeOfService"] as const),
  ],

  tunnels: true,

  async connect(target: ConnectTarget, context: ConnectContext): Promise<ByteStream> {
    const { tls, tunnel } = target;
    if (tls !== undefined) checkTls(tls);
    if (tunnel === undefined) return await connectTo(target, context);
    return await connectThrough({ ...target, tunnel }, context, {
      // What is below TLS is handed over to that with nothing but its events.
      connect: (proxy, context) => connectTo(proxy, context, { byEvents: tls !== undefined }),
      secure: secureAbove,
    });
  },
};

/** How a stream receives. */
interface Receiving {
  /** By the event `data`, in memory of its own, and not into {@linkcode receiveBuffer}. Default: `false`. */
  readonly byEvents?: boolean;
}

async function connectTo(
  target: ConnectTarget,
  context: ConnectContext,
  receiving: Receiving = {},
): Promise<NodeByteStream> {
  if (target.tls !== undefined) checkTls(target.tls);
  const stream = await dial(target, context, {
    attempt: (address, signal) => open(address, target, { ...receiving, signal }),
    discard: (stream) => stream.destroy(),
  });
  if (target.tls !== undefined) await secure(stream, target, context);
  return stream;
}

/** One connection. With TLS, its handshake begins as soon as it is there. */
async function open(
  { address, family }: Address,
  target: ConnectTarget,
  { signal, ...receiving }: Receiving & { readonly signal: AbortSignal },
): Promise<NodeByteStream> {
  const { host, port, tls, socket: { localAddress } } = target;
  const to = family === "unix" ? { path: address } : { host: address, port, localAddress };
  const stream = new NodeByteStream((onread) => {
    const options = { ...to, allowHalfOpen: true, autoSelectFamily: false, onread };
    return tls === undefined ? connect(options) : connectTls({ ...options, ...tlsOptions(tls, host) });
  }, receiving);
  await stream.until("connect", signal);
  if (family !== "unix") setSocketOptions(stream.socket, target.socket);
  return stream;
}

/** TLS over a stream that is open already. */
async function secureAbove(
  carrier: NodeByteStream,
  target: ConnectTarget,
  context: ConnectContext,
): Promise<NodeByteStream> {
  const { host, tls } = target;
  const socket = carrier.handOver();
  const options = { socket, allowHalfOpen: true, ...tlsOptions(tls ?? {}, host) };
  // `onread` is for sockets that TLS opens itself.
  const stream = new NodeByteStream(() => connectTls(options), { byEvents: true, carrier });
  await secure(stream, target, context);
  return stream;
}

async function secure(stream: NodeByteStream, target: ConnectTarget, context: ConnectContext): Promise<void> {
  context.enterPhase("tls");
  try {
    await stream.until("secureConnect", context.signal);
    stream.pause();
  } catch (error) {
    context.signal.throwIfAborted();
    throw tlsFailed(target, error);
  }
  try {
    checkPins(target, target.tls ?? {}, stream.certificate);
  } catch (error) {
    stream.destroy();
    throw error;
  }
}

function setSocketOptions(socket: Socket, options: SocketOptions): void {
  const { noDelay = true, tcpKeepAlive, typeOfService } = options;
  if (noDelay !== null) socket.setNoDelay(noDelay);
  if (typeof tcpKeepAlive === "number") socket.setKeepAlive(true, tcpKeepAlive);
  else if (tcpKeepAlive !== undefined) socket.setKeepAlive(tcpKeepAlive);
  if (typeOfService !== undefined) socket.setTypeOfService(typeOfService);
}

function tlsOptions(tls: TlsOptions, host: string): ConnectionOptions {
  const { identity, serverName, alpnProtocols, verify } = tlsSettings(tls, host);
  return {
    secureContext: secureContextOf(tls),
    servername: serverName ?? "",
    checkServerIdentity: (_, certificate) => checkServerIdentity(identity, certificate),
    ALPNProtocols: alpnProtocols,
    rejectUnauthorized: verify,
  };
}

/** What a {@linkcode NodeByteStream} is made of beside its socket. */
interface StreamParts extends Receiving {
  /** What its TLS runs over, where that is a stream of its own. */
  readonly carrier?: NodeByteStream;
}

class NodeByteStream implements CarrierStream {
  readonly socket: Socket;
  readonly #carrier: NodeByteStream | undefined;
  readonly #delivery = new Delivery();
  #error: unknown;
  #over = false;
  /** Writes that were not called back yet. */
  #writes = 0;
  #lent = false;
  #lentLength = 0;

  constructor(open: (onread?: OnReadOpts) => Socket, { byEvents, carrier }: StreamParts) {
    const callback = (length: number) => this.#onReceive(length);
    this.socket = open(byEvents ? undefined : { buffer: receiveBuffer, callback }).pause();
    this.#carrier = carrier;
    if (byEvents) this.socket.on("data", this.#onChunk);
    this.socket.on("end", () => this.#delivery.end());
    this.socket.on("error", (error) => this.#onError(error));
    this.socket.on("close", () => this.#onClose());
  }

  /** Waits for the socket to get somewhere. It is destroyed when `signal` aborts first. */
  until(event: "connect" | "secureConnect", signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const settleBy = (settle: () => void) => () => {
        this.socket.off(event, arrived).off("close", closed);
        signal.removeEventListener("abort", aborted);
        settle();
      };
      const arrived = settleBy(resolve);
      const closed = settleBy(() => reject(this.#error ?? new Error("disconnected")));
      const aborted = settleBy(() => {
        this.destroy();
        reject(signal.reason);
      });
      if (signal.aborted) return aborted();
      if (this.#delivery.closed) return closed();
      this.socket.on(event, arrived).on("close", closed);
      signal.addEventListener("abort", aborted);
    });
  }

  /** The peer's certificate in DER, once TLS is established. */
  get certificate(): Uint8Array | undefined {
    return this.socket instanceof TLSSocket ? this.socket.getPeerCertificate().raw : undefined;
  }

  /** Leaves the socket to somebody else. */
  handOver(): Socket {
    this.#tcp?.readStart();
    return this.socket.off("data", this.#onChunk);
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

  #onChunk = (bytes: Uint8Array): void => this.#delivery.data(bytes);

  #onError(error: Error): void {
    this.#error ??= error;
    // After the handshake a TLS socket reports an error and stays as it is.
    this.socket.destroy();
  }

  #onClose(): void {
    this.#lent = false;
    this.#carrier?.destroy();
    this.#delivery.close(this.#error);
  }

  #onWritten = (error?: Error | null): void => {
    // Writes end in order, so the lent one is the last to be called back.
    if (--this.#writes > 0 || error || !this.#lent) return;
    if (this.#waitsBelow) this.#carrier?.socket.once("drain", this.#onTaken);
    else this.#onTaken();
  };

  #onTaken = (): void => {
    if (!this.#lent) return;
    this.#lent = false;
    this.#delivery.writable();
  };
}
