import { WebSocketError } from "../core/errors.ts";
import type { TlsOptions } from "../transport/transport.ts";

/** A proxy on the way: the transport connects to it in place of the target, and opens a tunnel from there. */
export interface Tunnel {
  /** The proxy's name or IP address; an IPv6 address without brackets. */
  readonly host: string;
  /** The proxy's TCP port. */
  readonly port: number;
  /** TLS with the proxy itself, around everything else, or `undefined` for none. */
  readonly tls: TlsOptions | undefined;
  /** Whether {@linkcode Tunnel.handshake} wants an IP address: a target's name is then looked up on this side. */
  readonly wantsAddress: boolean;
  /** A fresh handshake with the proxy, which asks for a target: its name or IP address, and its port. */
  handshake(host: string, port: number): TunnelHandshake;
}

/**
 * What is said to a proxy until it has connected to the target, without I/O: bytes in, bytes out. Send what
 * `takeOutput` gives at the beginning and after each `receive`, and nothing else before `done`.
 */
export interface TunnelHandshake {
  /** The tunnel stands: all that follows goes to the target and comes from it. */
  readonly done: boolean;
  /** What is to be sent now, each byte once; empty when the proxy has to answer first. */
  takeOutput(): Uint8Array;
  /**
   * Takes bytes that arrived, and answers how many belong to the handshake. Less than all of them only when done:
   * the rest is the target's. None of the memory is kept.
   *
   * @throws {WebSocketError} `ConnectionFailed`, with the proxy's `response` if it was one of HTTP; `LimitExceeded`.
   */
  receive(bytes: Uint8Array): number;
  /** The error of a connection that has ended before it was done; `cause` is the system's, if it gave one. */
  ended(cause?: unknown): WebSocketError;
  /** For who will not wait any longer: the proxy's refusal, if that much is known; it says more than a time-out. */
  abandon(): WebSocketError | undefined;
}

/** What to say when a handshake is given up for some reason: the proxy's refusal says more than that it is late. */
export function reasonToGiveUp(handshake: TunnelHandshake, reason: unknown): unknown {
  const isLate = reason instanceof WebSocketError && reason.code === "Timeout";
  return (isLate ? handshake.abandon() : undefined) ?? reason;
}
