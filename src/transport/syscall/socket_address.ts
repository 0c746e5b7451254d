import type { Pointer } from "./ffi.ts";
import { loadFfi } from "./load_ffi.ts";
import { AF_UNIX, platform } from "./platform.ts";

/** Where a socket connects to: a `sockaddr` of C. */
export interface SocketAddress {
  /** Its family, which is that of the socket. */
  readonly family: number;
  /** The structure. */
  readonly bytes: Uint8Array;
}

/** A `sockaddr` in native memory, copied, with a port. IPv4 and IPv6 have that at the same place. */
export function copyAddress(pointer: Pointer, length: number, port: number): SocketAddress {
  const bytes = new Uint8Array(loadFfi().memory(pointer, length)).slice();
  new DataView(bytes.buffer).setUint16(2, port);
  return { family: familyOf(bytes), bytes };
}

/** The IP address in it, as text. */
export function addressText({ bytes }: SocketAddress): string {
  const ipv4 = bytes.subarray(4, 8);
  if (bytes.length < sockaddrIn6Size) return ipv4.join(".");
  const view = new DataView(bytes.buffer, bytes.byteOffset + 8, 16);
  return Array.from({ length: 8 }, (_, group) => view.getUint16(2 * group).toString(16)).join(":");
}

const sockaddrIn6Size = 28;

/** The address of a Unix socket. */
export function unixAddress(path: string): SocketAddress {
  const { sockaddrHasLength, unixPathSize } = platform();
  const name = new TextEncoder().encode(path);
  if (name.length === 0 || name.length >= unixPathSize) {
    throw new RangeError(`the path of a Unix socket has 1 to ${unixPathSize - 1} bytes: ${name.length}`);
  }
  const bytes = new Uint8Array(2 + name.length + 1);
  if (sockaddrHasLength) bytes.set([bytes.length, AF_UNIX]);
  else new Uint16Array(bytes.buffer, 0, 1)[0] = AF_UNIX;
  bytes.set(name, 2);
  return { family: AF_UNIX, bytes };
}

function familyOf(bytes: Uint8Array<ArrayBuffer>): number {
  return platform().sockaddrHasLength ? bytes[1] : new Uint16Array(bytes.buffer, 0, 1)[0];
}
