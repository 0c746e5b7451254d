import { after, before, describe, test } from "node:test";
import process from "node:process";
import { assertEquals, assertGreaterOrEqual, assertThrows } from "@std/assert";
import { WebSocketError } from "../../../src/core/errors.ts";
import {
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPPROTO_TCP,
  platform,
  TCP_NODELAY,
} from "../../../src/transport/syscall/platform.ts";
import { unsupportedSocketOptions } from "../../../src/transport/syscall/socket_options.ts";
import type { SocketOptions } from "../../../src/transport/transport.ts";
import { connectTo, FarEnd, readUpTo, writeAll } from "./far_end.ts";

const system = platform();
const { SOL_SOCKET } = system;

describe("socket options, read back from the system", () => {
  let far: FarEnd;
  before(async () => {
    far = await FarEnd.open();
  });
  after(() => far.close());

  function optionOf(socket: SocketOptions, level: number, name: number, host = "127.0.0.1"): number {
    const port = host === "::1" ? far.ports.echo6 : far.ports.echo;
    const stream = connectTo({ host, port, socket });
    try {
      return stream.socket.getOption(level, name);
    } finally {
      stream.close();
    }
  }

  test("noDelay: on by default, null leaves it", () => {
    assertEquals(optionOf({}, IPPROTO_TCP, TCP_NODELAY), 1);
    assertEquals(optionOf({ noDelay: true }, IPPROTO_TCP, TCP_NODELAY), 1);
    assertEquals(optionOf({ noDelay: false }, IPPROTO_TCP, TCP_NODELAY), 0);
    assertEquals(optionOf({ noDelay: null }, IPPROTO_TCP, TCP_NODELAY), 0);
  });

  test("ttl and typeOfService, for IPv4 and IPv6", () => {
    assertEquals(optionOf({ ttl: 7 }, IPPROTO_IP, system.IP_TTL), 7);
    assertEquals(optionOf({ ttl: 7 }, IPPROTO_IPV6, system.IPV6_UNICAST_HOPS, "::1"), 7);
    assertEquals(optionOf({ typeOfService: 16 }, IPPROTO_IP, system.IP_TOS), 16);
    assertEquals(optionOf({ typeOfService: 16 }, IPPROTO_IPV6, system.IPV6_TCLASS, "::1"), 16);
  });

  test("tcpKeepAlive: on, off, and with a time", () => {
    assertEquals(optionOf({}, SOL_SOCKET, system.SO_KEEPALIVE), 0);
    assertEquals(optionOf({ tcpKeepAlive: false }, SOL_SOCKET, system.SO_KEEPALIVE), 0);
    assertEquals(optionOf({ tcpKeepAlive: true }, SOL_SOCKET, system.SO_KEEPALIVE), 1);
    assertEquals(optionOf({ tcpKeepAlive: 12_001 }, SOL_SOCKET, system.SO_KEEPALIVE), 1);
    assertEquals(optionOf({ tcpKeepAlive: 12_001 }, IPPROTO_TCP, system.TCP_KEEPIDLE), 13);
  });

  test("receiveBufferSize and sendBufferSize", () => {
    assertGreaterOrEqual(optionOf({ receiveBufferSize: 98_304 }, SOL_SOCKET, system.SO_RCVBUF), 98_304);
    assertGreaterOrEqual(optionOf({ sendBufferSize: 98_304 }, SOL_SOCKET, system.SO_SNDBUF), 98_304);
  });

  test("quickAck stays on, whatever was received", { skip: process.platform !== "linux" }, () => {
    const stream = connectTo({ port: far.ports.echo, socket: { quickAck: true } });
    try {
      for (let i = 0; i < 100; i++) {
        writeAll(stream, new Uint8Array(100));
        readUpTo(stream, 100);
        assertEquals(stream.socket.getOption(IPPROTO_TCP, system.TCP_QUICKACK!), 1);
      }
    } finally {
      stream.close();
    }
    assertEquals(optionOf({ quickAck: false }, IPPROTO_TCP, system.TCP_QUICKACK!), 0);
  });

  test("busyPoll, or who may not set it", { skip: process.platform !== "linux" }, () => {
    try {
      assertEquals(optionOf({ busyPoll: 50 }, SOL_SOCKET, system.SO_BUSY_POLL!), 50);
    } catch (error) {
      assertEquals((error as WebSocketError).code, "InvalidConfiguration");
      assertEquals(
        (error as Error).message,
        "options: busyPoll cannot be set to 50 on this socket: EPERM",
      );
    }
  });

  test("a value that the system refuses names the option and keeps its error", () => {
    const error = assertThrows(() => optionOf({ ttl: 4711 }, IPPROTO_IP, system.IP_TTL), WebSocketError);
    assertEquals(error.code, "InvalidConfiguration");
    assertEquals(error.message, "options: ttl cannot be set to 4711 on this socket: EINVAL");
    assertEquals((error.cause as { code: string }).code, "EINVAL");
  });

  test("a Unix socket takes the buffer sizes and leaves what is for TCP", () => {
    const options = { sendBufferSize: 98_304, ttl: 7, typeOfService: 16, noDelay: true, tcpKeepAlive: true };
    const stream = connectTo({ socketPath: far.socketPath, socket: options });
    try {
      assertGreaterOrEqual(stream.socket.getOption(SOL_SOCKET, system.SO_SNDBUF), 98_304);
    } finally {
      stream.close();
    }
  });

  test("on Linux, none is unsupported", { skip: process.platform !== "linux" }, () => {
    assertEquals(unsupportedSocketOptions, []);
  });
});
