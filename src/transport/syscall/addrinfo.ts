import type { Pointer } from "./ffi.ts";
import { libc } from "./libc.ts";
import { loadFfi } from "./load_ffi.ts";
import { platform, SOCK_STREAM } from "./platform.ts";
import { copyAddress, type SocketAddress } from "./socket_address.ts";

/** The size of `struct addrinfo`. */
export const addrinfoSize = 48;
const AI_FLAGS = 0;
const AI_SOCKTYPE = 8;
const AI_ADDRLEN = 16;
const AI_NEXT = 40;

/** Fills in, at the beginning of `memory`, the hints that a look-up begins with. */
export function writeHints(memory: DataView, flags: number): void {
  memory.setInt32(AI_FLAGS, flags, true);
  memory.setInt32(AI_SOCKTYPE, SOCK_STREAM, true);
}

/** Copies the addresses out of a list of C and frees it. */
export function takeAddresses(list: Pointer | null, port: number): SocketAddress[] {
  const ffi = loadFfi();
  const addresses: SocketAddress[] = [];
  for (let entry = list; entry;) {
    const info = new DataView(ffi.memory(entry, addrinfoSize));
    const address = ffi.pointer(info.getBigUint64(platform().addrinfoAddress, true));
    if (address) addresses.push(copyAddress(address, info.getUint32(AI_ADDRLEN, true), port));
    entry = ffi.pointer(info.getBigUint64(AI_NEXT, true));
  }
  if (list) libc().freeaddrinfo(list);
  return addresses;
}
