import { addrinfoSize, takeAddresses, writeHints } from "./addrinfo.ts";
import { libc } from "./libc.ts";
import { loadFfi } from "./load_ffi.ts";
import { AI_NUMERICHOST } from "./platform.ts";
import type { SocketAddress } from "./socket_address.ts";

/** An IP address and a port as a socket takes them. */
export function numericAddress(address: string, port: number): SocketAddress {
  const outcome = getAddresses(address, port, AI_NUMERICHOST);
  if (typeof outcome !== "number" && outcome.length > 0) return outcome[0];
  throw new TypeError(`not an IP address: ${address}`);
}

/** `getaddrinfo`: the addresses of a host, or the number of an error. This thread waits. */
export function getAddresses(host: string, port: number, flags: number = 0): SocketAddress[] | number {
  const name = new TextEncoder().encode(`${host}\0`);
  const hints = new Uint8Array(new ArrayBuffer(addrinfoSize));
  writeHints(new DataView(hints.buffer), flags);
  const list = new BigUint64Array(new ArrayBuffer(8));
  const error = libc().getaddrinfo(name, null, hints, new Uint8Array(list.buffer));
  return error === 0 ? takeAddresses(loadFfi().pointer(list[0]), port) : error;
}
