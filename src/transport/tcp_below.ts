import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";

/** What a paused TLS socket has to stop. */
interface TcpHandle {
  readStart(): number;
  readStop(): number;
}

/**
 * The TCP handle below a TLS socket of `node:tls` in Deno, which goes on reading when the TLS socket is paused:
 * memory would grow with whatever the peer sends. Answers `undefined` where that is not needed: everywhere
 * else, and in a Deno whose sockets are built in another way.
 */
export function tcpBelow(socket: Socket): TcpHandle | undefined {
  if (!("Deno" in globalThis) || !(socket instanceof TLSSocket)) return undefined;
  const { _handle } = socket as { _handle?: { _parent?: Partial<TcpHandle> } };
  const tcp = _handle?._parent;
  return typeof tcp?.readStart === "function" && typeof tcp.readStop === "function"
    ? tcp as TcpHandle
    : undefined;
}
