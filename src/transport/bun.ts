/**
 * Byte streams over `Bun.connect`.
 *
 * @module
 */
import { BunByteStream, type BunSocket, socketEvents } from "./bun_stream.ts";
import { checkTls } from "./check_tls.ts";
import { tlsFailed } from "./connect_error.ts";
import { dial } from "./dial.ts";
import type { Address } from "./lookup.ts";
import { tlsSettings } from "./tls_settings.ts";
import type {
  ByteStream,
  ConnectContext,
  ConnectTarget,
  SocketOptions,
  TlsOptions,
  Transport,
} from "./transport.ts";

interface BunConnectOptions {
  readonly unix?: string;
  readonly hostname?: string;
  readonly port?: number;
  readonly localAddress?: string;
  readonly data: BunByteStream;
  readonly socket: typeof socketEvents;
  readonly allowHalfOpen: boolean;
  readonly tls: object | undefined;
}

interface BunRuntime {
  connect(options: BunConnectOptions): Promise<BunSocket>;
}

/** Byte streams over `Bun.connect`. */
export const bunTransport: Transport = {
  name: "bun",
  unixSockets: true,
  asksLookup: true,
  unsupported: ["ttl", "quickAck", "busyPoll", "receiveBufferSize", "sendBufferSize"],
  tunnels: true,

  async connect(target: ConnectTarget, context: ConnectContext): Promise<ByteStream> {
    if (needsNode(target)) {
      const { nodeTransport } = await import("./node.ts");
      return await nodeTransport.connect(target, context);
    }
    if (target.tls !== undefined) checkTls(target.tls);
    const stream = await dial(target, context, {
      attempt: (address, signal) => open(address, target, signal),
      discard: (stream) => stream.destroy(),
    });
    if (target.tls !== undefined) await secure(stream, target, context);
    return stream;
  },
};

/** Whether something is asked for that only `node:net` and `node:tls` do in Bun. */
function needsNode(target: ConnectTarget): boolean {
  return target.tunnel !== undefined || target.tls?.pins !== undefined || asksForAddress(target);
}

/**
 * Whether the certificate shall be for an IP address other than the host's: Bun checks an address only when
 * it connects to it, or sends it as SNI, which RFC 6066 §3 forbids.
 */
function asksForAddress({ tls, host }: ConnectTarget): boolean {
  if (tls === undefined) return false;
  const { identity, serverName } = tlsSettings(tls, host);
  return serverName === undefined && identity !== host;
}

/** One connection. With TLS, its handshake begins as soon as it is there. */
async function open(
  { address, family }: Address,
  target: ConnectTarget,
  signal: AbortSignal,
): Promise<BunByteStream> {
  const { Bun } = globalThis as unknown as { Bun: BunRuntime };
  const stream = new BunByteStream(target.tls);
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = () => {
    // A connect cannot be called off: the socket is closed when it comes.
    stream.destroy();
    reject(signal.reason);
  };
  signal.addEventListener("abort", abort);
  const { port, socket: { localAddress } } = target;
  const connected = Bun.connect({
    ...family === "unix" ? { unix: address } : { hostname: address, port, localAddress },
    data: stream,
    socket: socketEvents,
    allowHalfOpen: true,
    tls: target.tls && tlsOptions(target.tls, target.host),
  });
  try {
    const socket = await Promise.race([connected, aborted]);
    if (family !== "unix") setSocketOptions(socket, target.socket);
    return stream;
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

async function secure(stream: BunByteStream, target: ConnectTarget, context: ConnectContext): Promise<void> {
  const { signal } = context;
  const abort = () => stream.destroy();
  context.enterPhase("tls");
  signal.addEventListener("abort", abort);
  // By whoever was told of the phase.
  if (signal.aborted) abort();
  try {
    await stream.secured;
  } catch (error) {
    stream.destroy();
    signal.throwIfAborted();
    throw tlsFailed(target, error);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

function setSocketOptions(socket: BunSocket, options: SocketOptions): void {
  const { noDelay, tcpKeepAlive, typeOfService } = options;
  // Bun turns TCP_NODELAY on by itself; the system's default is off.
  if (noDelay === null || noDelay === false) socket.setNoDelay(false);
  if (typeof tcpKeepAlive === "number") socket.setKeepAlive(true, tcpKeepAlive);
  else if (tcpKeepAlive !== undefined) socket.setKeepAlive(tcpKeepAlive);
  if (typeOfService !== undefined) socket.setTypeOfService(typeOfService);
}

function tlsOptions(tls: TlsOptions, host: string): object {
  const { serverName, caCerts, alpnProtocols, verify } = tlsSettings(tls, host);
  return {
    ca: caCerts,
    cert: tls.cert,
    key: tls.key,
    // Empty: no SNI, and the certificate is checked against the address that was connected to.
    serverName: serverName ?? "",
    ALPNProtocols: encodeAlpn(alpnProtocols),
    rejectUnauthorized: verify,
  };
}

/** RFC 7301 §3.1: each name behind a byte with its length. */
function encodeAlpn(protocols: readonly string[]): Uint8Array {
  const names = protocols.map((protocol) => new TextEncoder().encode(protocol));
  return Uint8Array.from(names.flatMap((name) => [name.length, ...name]));
}
