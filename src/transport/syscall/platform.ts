import { constants } from "node:os";
import process from "node:process";
import { unavailable } from "./ffi.ts";

/** What differs between the systems: numbers of C's header files. All are for 64-bit processors. */
export interface Platform {
  /** File names of C's own library, the likeliest first. */
  readonly libc: readonly string[];
  /** File names of OpenSSL's two libraries. */
  readonly libssl: readonly string[];
  readonly libcrypto: readonly string[];
  /** The function that tells where this thread's `errno` is. */
  readonly errnoLocation: "__errno_location" | "__error";
  /** Flags of `socket` beside SOCK_STREAM: non-blocking, and closed in child processes. */
  readonly socketFlags: number;
  readonly O_NONBLOCK: number;
  /** Whether there is a `poll` with a time in nanoseconds. */
  readonly hasPpoll: boolean;
  /** `sockaddr` begins with its length, in one byte, and has one byte for the family. */
  readonly sockaddrHasLength: boolean;
  /** Where `struct addrinfo` has `ai_addr`. */
  readonly addrinfoAddress: number;
  /** The longest path of a Unix socket, its final NUL counted. */
  readonly unixPathSize: number;
  /** Flags of every `send`. */
  readonly sendFlags: number;
  readonly AF_INET6: number;
  readonly SOL_SOCKET: number;
  readonly SO_SNDBUF: number;
  readonly SO_RCVBUF: number;
  readonly SO_KEEPALIVE: number;
  readonly SO_ERROR: number;
  /** Where `send` has no flag for it: no SIGPIPE, please. */
  readonly SO_NOSIGPIPE: number | undefined;
  readonly SO_BUSY_POLL: number | undefined;
  readonly SO_TIMESTAMPNS: number | undefined;
  readonly TCP_QUICKACK: number | undefined;
  /** Seconds of idleness before the first keep-alive probe. */
  readonly TCP_KEEPIDLE: number;
  readonly IP_TOS: number;
  readonly IP_TTL: number;
  readonly IPV6_UNICAST_HOPS: number;
  readonly IPV6_TCLASS: number;
  /** Names of the results of `getaddrinfo`. */
  readonly lookupErrors: Readonly<Record<number, string>>;
}

/** Numbers that all systems agree on. */
export const AF_UNIX = 1;
export const AF_INET = 2;
export const SOCK_STREAM = 1;
export const IPPROTO_IP = 0;
export const IPPROTO_TCP = 6;
export const IPPROTO_IPV6 = 41;
export const TCP_NODELAY = 1;
export const SHUT_WR = 1;
export const F_SETFD = 2;
export const F_SETFL = 4;
export const FD_CLOEXEC = 1;
export const POLLIN = 1;
export const POLLOUT = 4;
export const AI_NUMERICHOST = 4;

const linux: Platform = {
  libc: ["libc.so.6", `libc.musl-${process.arch === "arm64" ? "aarch64" : "x86_64"}.so.1`],
  libssl: ["libssl.so.3"],
  libcrypto: ["libcrypto.so.3"],
  errnoLocation: "__errno_location",
  socketFlags: 0x800 | 0x80000, // SOCK_NONBLOCK, SOCK_CLOEXEC
  O_NONBLOCK: 0x800,
  hasPpoll: true,
  sockaddrHasLength: false,
  addrinfoAddress: 24,
  unixPathSize: 108,
  sendFlags: 0x4000, // MSG_NOSIGNAL
  AF_INET6: 10,
  SOL_SOCKET: 1,
  SO_SNDBUF: 7,
  SO_RCVBUF: 8,
  SO_KEEPALIVE: 9,
  SO_ERROR: 4,
  SO_NOSIGPIPE: undefined,
  SO_BUSY_POLL: 46,
  SO_TIMESTAMPNS: 35,
  TCP_QUICKACK: 12,
  TCP_KEEPIDLE: 4,
  IP_TOS: 1,
  IP_TTL: 2,
  IPV6_UNICAST_HOPS: 16,
  IPV6_TCLASS: 67,
  lookupErrors: {
    [-2]: "EAI_NONAME",
    [-3]: "EAI_AGAIN",
    [-4]: "EAI_FAIL",
    [-5]: "EAI_NODATA",
    [-6]: "EAI_FAMILY",
    [-10]: "EAI_MEMORY",
    [-11]: "EAI_SYSTEM",
  },
};

/** From the headers of macOS 14, never run. */
const darwin: Platform = {
  libc: ["libSystem.B.dylib"],
  libssl: homebrew("libssl.3.dylib"),
  libcrypto: homebrew("libcrypto.3.dylib"),
  errnoLocation: "__error",
  socketFlags: 0,
  O_NONBLOCK: 4,
  hasPpoll: false,
  sockaddrHasLength: true,
  addrinfoAddress: 32,
  unixPathSize: 104,
  sendFlags: 0,
  AF_INET6: 30,
  SOL_SOCKET: 0xffff,
  SO_SNDBUF: 0x1001,
  SO_RCVBUF: 0x1002,
  SO_KEEPALIVE: 0x0008,
  SO_ERROR: 0x1007,
  SO_NOSIGPIPE: 0x1022,
  SO_BUSY_POLL: undefined,
  SO_TIMESTAMPNS: undefined,
  TCP_QUICKACK: undefined,
  TCP_KEEPIDLE: 0x10, // TCP_KEEPALIVE
  IP_TOS: 3,
  IP_TTL: 4,
  IPV6_UNICAST_HOPS: 4,
  IPV6_TCLASS: 36,
  lookupErrors: {
    2: "EAI_AGAIN",
    4: "EAI_FAIL",
    5: "EAI_FAMILY",
    6: "EAI_MEMORY",
    7: "EAI_NODATA",
    8: "EAI_NONAME",
    11: "EAI_SYSTEM",
  },
};

/** The system has no OpenSSL that programs may use; Homebrew's is in one of two places. */
function homebrew(library: string): string[] {
  return ["/opt/homebrew", "/usr/local"].map((prefix) => `${prefix}/opt/openssl@3/lib/${library}`);
}

/**
 * The system that this code runs on.
 *
 * @throws {WebSocketError} `InvalidConfiguration` where its numbers are not known.
 */
export function platform(): Platform {
  const { platform: system, arch } = process;
  if (arch === "x64" || arch === "arm64") {
    if (system === "linux") return linux;
    if (system === "darwin") return darwin;
  }
  throw unavailable(`Linux or macOS on x86-64 or arm64; this is ${system} on ${arch}`);
}

/** This system's error numbers by name. */
export const errno: Readonly<Record<string, number>> = constants.errno;
