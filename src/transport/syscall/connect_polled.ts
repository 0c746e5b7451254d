import { WebSocketError } from "../../core/errors.ts";
import { connectionFailed } from "../connect_error.ts";
import type { ConnectTarget, SocketOptions } from "../transport.ts";
import { dialPolled } from "./dial_polled.ts";
import { lookUp } from "./lookup.ts";
import type { PolledContext } from "./polled_context.ts";
import type { PolledStream } from "./polled_stream.ts";
import { type SocketAddress, unixAddress } from "./socket_address.ts";
import { SocketStream } from "./socket_stream.ts";
import { runAlongside, runBlocking, type Steps } from "./steps.ts";
import { SystemError } from "./system_error.ts";
import type { SyscallSocket } from "./syscall_socket.ts";

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
export function connectPolledAlongside(
  target: ConnectTarget,
  context: PolledContext & { readonly signal?: AbortSignal },
): Promise<PolledStream> {
  return runAlongside(opening(target, context), context.signal);
}

/** As {@linkcode connectPolled}, to the Unix socket of that path. */
export function connectUnix(path: string, options: SocketOptions, context: PolledContext): PolledStream {
  const failed = (cause: Error) =>
    new WebSocketError("ConnectionFailed", `Cannot connect to ${path}: ${cause.message}`, { cause });
  return new SocketStream(runBlocking(dialing([unixAddress(path)], options, { context, failed })));
}

function* opening(target: ConnectTarget, context: PolledContext): Steps<PolledStream> {
  const addresses = yield* lookUp(target.host, target.port, context);
  const failed = (cause: Error) => connectionFailed(target, cause);
  const socket = yield* dialing(addresses, target.socket, { context, failed });
  return new SocketStream(socket);
}

interface Dialing {
  readonly context: PolledContext;
  failed(cause: Error): WebSocketError;
}

function* dialing(
  addresses: readonly SocketAddress[],
  options: SocketOptions,
  { context, failed }: Dialing,
): Steps<SyscallSocket> {
  context.enterPhase("tcp");
  try {
    return yield* dialPolled(addresses, options, context);
  } catch (error) {
    throw error instanceof SystemError || error instanceof AggregateError ? failed(error) : error;
  }
}
