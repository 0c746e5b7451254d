import { openLibrary } from "../../../src/transport/syscall/load_ffi.ts";
import { AF_INET, platform } from "../../../src/transport/syscall/platform.ts";
import { SyscallSocket } from "../../../src/transport/syscall/syscall_socket.ts";

const signatures = {
  bind: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  listen: { parameters: ["i32", "i32"], result: "i32" },
  getsockname: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
} as const;

/** Listens, accepts nothing, and has no room left: whoever connects waits. */
export class FullListener {
  readonly port: number;
  readonly #sockets: SyscallSocket[] = [];

  constructor() {
    const { bind, listen, getsockname } = openLibrary(platform().libc, signatures, "the C library");
    const address = this.#localAddress(0);
    const listener = this.#socket();
    const length = new Uint8Array(new Uint32Array([address.length]).buffer);
    const done = bind(listener.fd, address, address.length) === 0 && listen(listener.fd, 0) === 0 &&
      getsockname(listener.fd, address, length) === 0;
    if (!done) throw new Error("cannot listen");
    this.port = new DataView(address.buffer).getUint16(2);
    // A backlog of none still has room for one or two.
    for (let i = 0; i < 4; i++) this.#socket().connect({ family: AF_INET, bytes: address });
  }

  close(): void {
    for (const socket of this.#sockets) socket.close();
  }

  #socket(): SyscallSocket {
    const socket = new SyscallSocket(AF_INET);
    this.#sockets.push(socket);
    return socket;
  }

  #localAddress(port: number): Uint8Array<ArrayBuffer> {
    const address = new Uint8Array(16);
    const [length, family] = platform().sockaddrHasLength ? [address.length, AF_INET] : [AF_INET, 0];
    address.set([length, family, port >> 8, port & 255, 127, 0, 0, 1]);
    return address;
  }
}
