/**
 * Byte streams over `node:net` and `node:tls`. Made for Node; they work in Deno and Bun as well.
 *
 * @module
 */
import { connect, Socket } from "node:net";
import { checkServerIdentity, connect as connectTls, type ConnectionOptions } from "node:tls";
import { checkPins } from "./check_pins.ts";
import { checkTls } from "./check_tls.ts";
import { tlsFailed } from "./connect_error.ts";
import { dial } from "./dial.ts";
import type { Address } from "./lookup.ts";
import { NodeByteStream, type Receiving } from "./node_stream.ts";
import { requireVersion } from "./require_version.ts";
import { secureContextOf } from "./secure_context.ts";
import { connectThrough } from "./through_proxy.ts";
import { tlsSettings } from "./tls_settings.ts";
import type {
  ByteStream,
  ConnectContext,
  ConnectTarget,
  SocketOptions,
  TlsOptions,
  Transport,
} from "./transport.ts";

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
    // Before, its sockets could not read into a buffer that is handed to them.
    requireVersion({ runtime: "deno", since: "2.8.0", what: "what is done by node:net and node:tls" });
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
