import { isIP } from "node:net";
import type { Tunnel } from "../../proxy/tunnel.ts";
import { bytesBeforeTls, isRefusal, ofProxy, proxyTarget } from "../through_proxy.ts";
import type { ConnectTarget } from "../transport.ts";
import { lookUp } from "./lookup.ts";
import { openTunnel } from "./open_tunnel.ts";
import type { PolledContext } from "./polled_context.ts";
import type { PolledStream } from "./polled_stream.ts";
import { PutBackStream } from "./put_back_stream.ts";
import { addressText } from "./socket_address.ts";
import type { Steps } from "./steps.ts";

/** Opens a stream, TLS included, without a proxy. */
export type Connect = (target: ConnectTarget, context: PolledContext) => Steps<PolledStream>;

/** A tunnel to the target through its proxy: what TLS with the target, if any, then runs over. */
export function* throughProxy(
  target: ConnectTarget & { readonly tunnel: Tunnel },
  context: PolledContext,
  connect: Connect,
): Steps<PolledStream> {
  const { tunnel, port } = target;
  const hosts = yield* hostsOf(target, context);
  for (;;) {
    const stream = yield* toProxy(target, context, connect);
    let done = false;
    try {
      const leftover = yield* openTunnel(stream, tunnel.handshake(hosts.shift()!, port), context);
      if (target.tls !== undefined && leftover.length > 0) throw bytesBeforeTls(target, leftover.length);
      done = true;
      return leftover.length === 0 ? stream : new PutBackStream(stream, leftover);
    } catch (error) {
      // What one address refuses, another may take.
      if (hosts.length === 0 || !isRefusal(error)) throw error;
    } finally {
      if (!done) stream.close();
    }
  }
}

function* hostsOf(
  target: ConnectTarget & { readonly tunnel: Tunnel },
  context: PolledContext,
): Steps<string[]> {
  const { tunnel, host } = target;
  if (!tunnel.wantsAddress || isIP(host) !== 0) return [host];
  return (yield* lookUp(target, context)).map(addressText);
}

function* toProxy(
  target: ConnectTarget & { readonly tunnel: Tunnel },
  context: PolledContext,
  connect: Connect,
): Steps<PolledStream> {
  const proxy = proxyTarget(target);
  try {
    const stream = yield* connect(proxy, {
      ...context,
      // TLS with the proxy is the proxy's part: the phase `tls` is that with the target.
      enterPhase: (phase) => context.enterPhase(phase === "tls" ? "proxy" : phase),
    });
    if (proxy.tls === undefined) context.enterPhase("proxy");
    return stream;
  } catch (error) {
    throw ofProxy(error);
  }
}
