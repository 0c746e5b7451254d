import process from "node:process";
import type { Functions, Pointer, Signatures } from "./ffi.ts";
import { loadFfi, openLibrary } from "./load_ffi.ts";
import { platform } from "./platform.ts";

const signatures = {
  socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
  connect: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  bind: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  getsockopt: { parameters: ["i32", "i32", "i32", "buffer", "buffer"], result: "i32" },
  setsockopt: { parameters: ["i32", "i32", "i32", "buffer", "u32"], result: "i32" },
  sendmsg: { parameters: ["i32", "pointer", "i32"], result: "i32" },
  recvmsg: { parameters: ["i32", "pointer", "i32"], result: "i32" },
  poll: { parameters: ["pointer", "u32", "i32"], result: "i32" },
  shutdown: { parameters: ["i32", "i32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
  pipe: { parameters: ["buffer"], result: "i32" },
  // For sockets, too: Node calls functions of up to three arguments quickly, others, like `recv`, slowly.
  read: { parameters: ["i32", "pointer", "u32"], result: "i32" },
  write: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  getaddrinfo: { parameters: ["buffer", "pointer", "buffer", "buffer"], result: "i32" },
  freeaddrinfo: { parameters: ["pointer"], result: "void" },
  calloc: { parameters: ["u32", "u32"], result: "pointer" },
  free: { parameters: ["pointer"], result: "void" },
} as const;

const linuxSignatures = {
  ppoll: { parameters: ["pointer", "u32", "buffer", "pointer"], result: "i32" },
} as const;

/** C's own library, bound to this thread. */
export type Libc =
  & Functions<typeof signatures>
  & Partial<Functions<typeof linuxSignatures>>
  & {
    /**
     * `errno[0]` is this thread's `errno`: read it right after the call that failed. A view and not a function,
     * because a call of its own could come too late.
     */
    readonly errno: Int32Array;
    fcntl(fd: number, command: number, argument: number): number;
  };

type Open = <const S extends Signatures>(symbols: S) => Functions<S>;

let loaded: Libc | undefined;

/**
 * C's own library. A runtime keeps to one thread per module instance, and `errno` has one address per thread.
 *
 * @throws {WebSocketError} `InvalidConfiguration` where the library, the permission or the runtime's FFI is missing.
 */
export function libc(): Libc {
  return loaded ??= load();
}

/**
 * Puts something else in the library's place, made of it: for tests of what a system may answer. Sockets go on with
 * the one they were opened with.
 */
export function replaceLibc(make: (libc: Libc) => Libc): void {
  loaded = make(libc());
}

function load(): Libc {
  const { libc: names, errnoLocation, hasPpoll } = platform();
  const open: Open = (symbols) => openLibrary(names, symbols, "the C library");
  const location = open({ [errnoLocation]: { parameters: [], result: "pointer" } })[errnoLocation]();
  return {
    ...open(signatures),
    fcntl: openFcntl(open),
    ...(hasPpoll ? open(linuxSignatures) : {}),
    errno: new Int32Array(loadFfi().memory(location as Pointer, 4)),
  };
}

/**
 * The third argument of `fcntl` is a variadic one. Apple's arm64 passes those on the stack, where the ninth
 * argument of any other function is; elsewhere both kinds are in the same register.
 */
function openFcntl(open: Open): Libc["fcntl"] {
  if (process.platform !== "darwin" || process.arch !== "arm64") {
    return open({ fcntl: { parameters: ["i32", "i32", "i32"], result: "i32" } }).fcntl;
  }
  const nine = ["i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32"] as const;
  const { fcntl } = open({ fcntl: { parameters: nine, result: "i32" } });
  return (fd, command, argument) => fcntl(fd, command, 0, 0, 0, 0, 0, 0, argument);
}
