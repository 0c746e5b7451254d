import process from "node:process";
import { WebSocketError } from "../../core/errors.ts";
import type { SocketOptions } from "../transport.ts";
import {
  AF_INET,
  AF_UNIX,
  errno,
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPPROTO_TCP,
  platform,
  TCP_NODELAY,
} from "./platform.ts";
import { SystemError } from "./system_error.ts";
import type { SyscallSocket } from "./syscall_socket.ts";

/** The socket options that this transport cannot set on this system. */
export const unsupportedSocketOptions: readonly (keyof SocketOptions)[] = process.platform === "linux"
  ? []
  : ["quickAck", "busyPoll"];

type Setting = readonly [option: keyof SocketOptions, level: number, name: number | undefined, value: number];

/**
 * Sets what was asked for. Before connecting, because buffer sizes decide the window that the handshake offers.
 *
 * @throws {WebSocketError} `InvalidConfiguration` that names the option which the system refuses.
 */
export function applySocketOptions(socket: SyscallSocket, options: SocketOptions, family: number): void {
  for (const [option, level, name, value] of settings(options, family)) {
    orRefuse(option, value, () => {
      if (name === undefined) throw new SystemError("setsockopt", errno.ENOPROTOOPT);
      socket.setOption(level, name, value);
    });
  }
}

/** Sets what only holds on a connection, and not for long: TCP_QUICKACK "is not permanent" (tcp(7)). */
export function keepSocketOptions(socket: SyscallSocket, { quickAck }: SocketOptions): void {
  const { TCP_QUICKACK } = platform();
  if (quickAck === undefined || TCP_QUICKACK === undefined) return;
  const value = Number(quickAck);
  orRefuse("quickAck", value, () => socket.keepOption(IPPROTO_TCP, TCP_QUICKACK, value));
}

/** Has the system note when it receives something: milliseconds in the socket's `receivedAt`. */
export function timestampReceives(socket: SyscallSocket): void {
  orRefuse("receiveTimestamps", true, () => socket.timestampReceives());
}

function* settings(options: SocketOptions, family: number): Generator<Setting> {
  const system = platform();
  const { SOL_SOCKET } = system;
  const { receiveBufferSize, sendBufferSize, busyPoll } = options;
  if (receiveBufferSize !== undefined) {
    yield ["receiveBufferSize", SOL_SOCKET, system.SO_RCVBUF, receiveBufferSize];
  }
  if (sendBufferSize !== undefined) yield ["sendBufferSize", SOL_SOCKET, system.SO_SNDBUF, sendBufferSize];
  if (busyPoll !== undefined) yield ["busyPoll", SOL_SOCKET, system.SO_BUSY_POLL, busyPoll];
  // What follows is for TCP.
  if (family === AF_UNIX) return;
  const { noDelay = true, tcpKeepAlive, quickAck, ttl, typeOfService } = options;
  if (noDelay !== null) yield ["noDelay", IPPROTO_TCP, TCP_NODELAY, Number(noDelay)];
  if (tcpKeepAlive !== undefined) {
    yield ["tcpKeepAlive", SOL_SOCKET, system.SO_KEEPALIVE, Number(tcpKeepAlive !== false)];
  }
  if (typeof tcpKeepAlive === "number") {
    yield ["tcpKeepAlive", IPPROTO_TCP, system.TCP_KEEPIDLE, Math.max(1, Math.ceil(tcpKeepAlive / 1000))];
  }
  // Set again once connected; here, for its errors.
  if (quickAck !== undefined) yield ["quickAck", IPPROTO_TCP, system.TCP_QUICKACK, Number(quickAck)];
  const [level, hops, traffic] = family === AF_INET
    ? [IPPROTO_IP, system.IP_TTL, system.IP_TOS]
    : [IPPROTO_IPV6, system.IPV6_UNICAST_HOPS, system.IPV6_TCLASS];
  if (ttl !== undefined) yield ["ttl", level, hops, ttl];
  if (typeOfService !== undefined) yield ["typeOfService", level, traffic, typeOfService];
}

function orRefuse(option: string, value: number | boolean, set: () => void): void {
  try {
    set();
  } catch (cause) {
    const why = (cause as SystemError).code;
    const message = `options: ${option} cannot be set to ${value} on this socket: ${why}`;
    throw new WebSocketError("InvalidConfiguration", message, { cause });
  }
}
