import { checkPins } from "../check_pins.ts";
import { checkTls } from "../check_tls.ts";
import { connectionFailed, tlsFailed } from "../connect_error.ts";
import { noLocalFamily } from "../dial.ts";
import { tlsSettings } from "../tls_settings.ts";
import type { ConnectTarget, TlsOptions } from "../transport.ts";
import { dialPolled } from "./dial_polled.ts";
import { lookUp } from "./lookup.ts";
import { numericAddress } from "./numeric_address.ts";
import { OpenSslError } from "./openssl_error.ts";
import type { PolledContext } from "./polled_context.ts";
import type { PolledStream } from "./polled_stream.ts";
import { type SocketAddress, unixAddress } from "./socket_address.ts";
import { keepSocketOptions, timestampReceives } from "./socket_options.ts";
import { SocketStream } from "./socket_stream.ts";
import { runAlongside, runBlocking, type Steps } from "./steps.ts";
import { SystemError } from "./system_error.ts";
import type { SyscallSocket } from "./syscall_socket.ts";
import { throughProxy } from "./through_proxy.ts";
import { TlsCarrier } from "./tls_carrier.ts";
import { tlsContext } from "./tls_context.ts";
import { TlsSession } from "./tls_session.ts";
import { TlsStream } from "./tls_stream.ts";

/**
 * Opens a stream, TLS handshake included, while this thread waits.
 *
 * @throws {WebSocketError} `ConnectionFailed` (look-up, TCP), `TlsFailed`, each with the system's error as
 * `cause`; `InvalidConfiguration` for what this system or its permissions do not allow; or the context's error
 * for a deadline that has passed. Nothing stays open.
 */
export function connectPolled(target: ConnectTarget, context: PolledContext): PolledStream {
  return runBlocking(opening(target, context));
}

/** As {@linkcode connectPolled}, beside the event loop. Rejects with the signal's reason when that aborts. */
export function connectPolledAlongside(target: ConnectTarget, context: PolledContext): Promise<PolledStream> {
  return runAlongside(opening(target, context), context.signal);
}

function* opening(target: ConnectTarget, context: PolledContext): Steps<PolledStream> {
  if (target.tls === undefined) return yield* openBelow(target, context);
  checkTls(target.tls);
  // First of all, so that no server is bothered when there is no OpenSSL.
  const session = newSession(target, target.tls);
  let stream: TlsStream | undefined;
  try {
    const below = yield* openBelow(target, context);
    const carrier = target.tunnel?.tls === undefined ? undefined : new TlsCarrier(below);
    stream = new TlsStream(below.socket, session, carrier);
  } finally {
    if (stream === undefined) session.free();
  }
  return yield* secure(stream, target, context);
}

/** What is there without TLS with the target: TCP, or a tunnel. */
function* openBelow(target: ConnectTarget, context: PolledContext): Steps<PolledStream> {
  const { tunnel } = target;
  if (tunnel !== undefined) return yield* throughProxy({ ...target, tunnel }, context, opening);
  return new SocketStream(yield* openSocket(target, context));
}

function newSession(target: ConnectTarget, tls: TlsOptions): TlsSession {
  const settings = tlsSettings(tls, target.host);
  try {
    const context = tlsContext(tls, settings);
    try {
      return new TlsSession(context.pointer, settings, target.tunnel?.tls === undefined ? 0 : 1);
    } finally {
      context.release();
    }
  } catch (error) {
    throw error instanceof OpenSslError ? tlsFailed(target, error) : error;
  }
}

function* secure(stream: TlsStream, target: ConnectTarget, context: PolledContext): Steps<PolledStream> {
  let done = false;
  try {
    context.enterPhase("tls");
    yield* stream.handshake(context.deadline, () => context.expired("tls"));
    if (target.tls?.pins !== undefined) checkPins(target, target.tls, stream.certificate);
    done = true;
    return stream;
  } catch (error) {
    throw error instanceof OpenSslError || error instanceof SystemError ? tlsFailed(target, error) : error;
  } finally {
    if (!done) stream.close();
  }
}

function* openSocket(target: ConnectTarget, context: PolledContext): Steps<SyscallSocket> {
  const addresses = yield* addressesOf(target, context);
  context.enterPhase("tcp");
  const socket = yield* dialing(target, fromLocal(addresses, target), context);
  try {
    if (target.socketPath === undefined) keepSocketOptions(socket, target.socket);
    if (context.receiveTimestamps) timestampReceives(socket);
    return socket;
  } catch (error) {
    socket.close();
    throw error;
  }
}

function* addressesOf(target: ConnectTarget, context: PolledContext): Steps<readonly SocketAddress[]> {
  const { socketPath } = target;
  return socketPath === undefined ? yield* lookUp(target, context) : [unixAddress(socketPath)];
}

/** The addresses that can be reached from the local address asked for: those of its family. */
function fromLocal(addresses: readonly SocketAddress[], target: ConnectTarget): readonly SocketAddress[] {
  const { localAddress } = target.socket;
  if (localAddress === undefined) return addresses;
  const { family } = numericAddress(localAddress, 0);
  const reachable = addresses.filter((address) => address.family === family);
  if (reachable.length === 0) throw connectionFailed(target, noLocalFamily(localAddress));
  return reachable;
}

function* dialing(
  target: ConnectTarget,
  addresses: readonly SocketAddress[],
  context: PolledContext,
): Steps<SyscallSocket> {
  try {
    return yield* dialPolled(addresses, target.socket, context);
  } catch (error) {
    if (error instanceof SystemError || error instanceof AggregateError) {
      throw connectionFailed(target, error);
    }
    throw error;
  }
}
