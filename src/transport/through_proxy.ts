import { WebSocketError } from "../core/errors.ts";
import { openTunnel } from "./open_tunnel.ts";
import type { Tunnel } from "../proxy/tunnel.ts";
import { authority } from "./connect_error.ts";
import { addressesOf } from "./dial.ts";
import type { ByteStream, ConnectContext, ConnectTarget } from "./transport.ts";

/** A stream that a tunnel can be opened on. */
export interface CarrierStream extends ByteStream {
  /** Takes the stream back from its sink, with bytes that were not for it: the next one gets them first. While paused. */
  putBack(bytes: Uint8Array): void;
}

/** What connecting through a proxy takes of an event-driven transport. */
export interface ProxySteps<Stream extends CarrierStream> {
  /** Opens a stream to the proxy, TLS with it included. */
  connect(proxy: ConnectTarget, context: ConnectContext): Promise<Stream>;
  /** The handshake of TLS with the target, through the tunnel. When it fails, nothing stays open. */
  secure(stream: Stream, target: ConnectTarget, context: ConnectContext): Promise<ByteStream>;
}

/** Opens a stream to a target through its `tunnel`: TCP, TLS with the proxy, tunnel, TLS with the target. */
export async function connectThrough<Stream extends CarrierStream>(
  target: ConnectTarget & { readonly tunnel: Tunnel },
  context: ConnectContext,
  steps: ProxySteps<Stream>,
): Promise<ByteStream> {
  const { tunnel, port } = target;
  const hosts = tunnel.wantsAddress
    ? (await addressesOf(target, context, false)).map(({ address }) => address)
    : [target.host];
  for (;;) {
    const stream = await toProxy(target, context, steps);
    let leftover: Uint8Array;
    try {
      leftover = await openTunnel(stream, tunnel.handshake(hosts.shift()!, port), context.signal);
    } catch (error) {
      // What one address refuses, another may take.
      if (hosts.length === 0 || !isRefusal(error)) throw error;
      continue;
    }
    if (target.tls !== undefined) {
      if (leftover.length > 0) {
        stream.destroy();
        throw bytesBeforeTls(target, leftover.length);
      }
      return await steps.secure(stream, target, context);
    }
    stream.putBack(leftover);
    return stream;
  }
}

async function toProxy<Stream extends CarrierStream>(
  target: ConnectTarget & { readonly tunnel: Tunnel },
  { signal, enterPhase }: ConnectContext,
  { connect }: ProxySteps<Stream>,
): Promise<Stream> {
  const proxy = proxyTarget(target);
  // TLS with the proxy is the proxy's part: the phase `tls` is that with the target.
  const context: ConnectContext = {
    signal,
    enterPhase: (phase) => enterPhase(phase === "tls" ? "proxy" : phase),
  };
  try {
    const stream = await connect(proxy, context);
    if (proxy.tls === undefined) enterPhase("proxy");
    return stream;
  } catch (error) {
    throw ofProxy(error);
  }
}

/** The proxy as the target of TCP, and of TLS if it has that. */
export function proxyTarget(
  { tunnel, socket, lookup }: ConnectTarget & { readonly tunnel: Tunnel },
): ConnectTarget {
  const { host, port, tls } = tunnel;
  return { host, port, tls, socket, lookup };
}

/** The same error, but saying that the proxy is meant. */
export function ofProxy(error: unknown): unknown {
  if (!(error instanceof WebSocketError) || !["ConnectionFailed", "TlsFailed"].includes(error.code)) {
    return error;
  }
  const { code, message, cause } = error;
  return new WebSocketError(code, `Cannot reach the proxy: ${message}`, { cause });
}

/** Whether the proxy refused, and nothing else went wrong. */
export function isRefusal(error: unknown): boolean {
  return error instanceof WebSocketError && error.code === "ConnectionFailed";
}

/** In TLS, the server speaks when it is spoken to. */
export function bytesBeforeTls(
  target: ConnectTarget & { readonly tunnel: Tunnel },
  count: number,
): WebSocketError {
  const message =
    `TLS handshake with ${authority(target)} failed: the proxy ${authority(target.tunnel)} sent ` +
    `${count} ${count === 1 ? "byte" : "bytes"} before it began`;
  return new WebSocketError("TlsFailed", message);
}
