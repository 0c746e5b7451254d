import type { Functions, Pointer } from "./ffi.ts";
import { addrinfoSize, takeAddresses, writeHints } from "./addrinfo.ts";
import { libc } from "./libc.ts";
import { loadFfi, openLibrary } from "./load_ffi.ts";
import { platform } from "./platform.ts";
import type { SocketAddress } from "./socket_address.ts";

const signatures = {
  getaddrinfo_a: { parameters: ["i32", "pointer", "i32", "pointer"], result: "i32" },
  gai_suspend: { parameters: ["pointer", "i32", "pointer"], result: "i32" },
  gai_error: { parameters: ["pointer"], result: "i32" },
  gai_cancel: { parameters: ["pointer"], result: "i32" },
} as const;

const GAI_NOWAIT = 1;
const EAI_INPROGRESS = -100;
const EAI_NOTCANCELED = -102;

/** One block of native memory: the list of one request, `struct gaicb`, its hints, a time, and the name. */
const requestAt = 8;
const nameAt = requestAt;
const hintsPointerAt = requestAt + 16;
const resultAt = requestAt + 24;
const hintsAt = 64;
const timeAt = hintsAt + addrinfoSize;
const textAt = timeAt + 16;

/** Look-ups that nobody waits for and the C library still works on: their memory must stay. */
const abandoned: BackgroundLookup[] = [];

/** A name look-up on a thread of the C library, so that waiting for it can end early. Only glibc has that. */
export class BackgroundLookup {
  readonly #functions: Functions<typeof signatures>;
  readonly #block: Pointer;
  readonly #request: Pointer;
  readonly #time: Pointer;
  readonly #memory: DataView;

  /** Whether the C library does that. */
  static get available(): boolean {
    return glibc() !== undefined;
  }

  /** Begins to look up a name. */
  constructor(name: string) {
    for (const lookup of abandoned.splice(0)) lookup.abandon();
    const ffi = loadFfi();
    const text = new TextEncoder().encode(name);
    const size = textAt + text.length + 1;
    this.#functions = glibc()!;
    const block = libc().calloc(1, size);
    if (!block) throw new RangeError(`no memory to look up a name of ${text.length} bytes`);
    this.#block = block;
    const start = ffi.address(block);
    this.#request = ffi.pointer(start + BigInt(requestAt))!;
    this.#time = ffi.pointer(start + BigInt(timeAt))!;
    const memory = ffi.memory(block, size);
    this.#memory = new DataView(memory);
    this.#memory.setBigUint64(0, start + BigInt(requestAt), true);
    this.#memory.setBigUint64(nameAt, start + BigInt(textAt), true);
    this.#memory.setBigUint64(hintsPointerAt, start + BigInt(hintsAt), true);
    writeHints(new DataView(memory, hintsAt), 0);
    new Uint8Array(memory, textAt).set(text);
    // When it fails, `gai_error` says so, too.
    this.#functions.getaddrinfo_a(GAI_NOWAIT, block, 1, null);
  }

  /** Sleeps until it is over, or for so many milliseconds. Answers whether it is over. */
  wait(timeoutMs: number): boolean {
    if (!this.#over && timeoutMs > 0) {
      const seconds = Math.min(Math.floor(timeoutMs / 1000), 2 ** 31);
      this.#memory.setBigInt64(timeAt, BigInt(seconds), true);
      this.#memory.setBigInt64(timeAt + 8, BigInt(Math.floor((timeoutMs % 1000) * 1e6) || 0), true);
      this.#functions.gai_suspend(this.#block, 1, this.#time);
    }
    return this.#over;
  }

  /** Takes the outcome: the addresses, or an error's number. Only when it is over, and only once. */
  take(port: number): SocketAddress[] | number {
    const error = this.#functions.gai_error(this.#request);
    const list = loadFfi().pointer(this.#memory.getBigUint64(resultAt, true));
    const addresses = takeAddresses(list, port);
    libc().free(this.#block);
    return error === 0 ? addresses : error;
  }

  /** Nobody waits for it any more. */
  abandon(): void {
    if (this.#functions.gai_cancel(this.#request) === EAI_NOTCANCELED && !this.#over) abandoned.push(this);
    else this.take(0);
  }

  get #over(): boolean {
    return this.#functions.gai_error(this.#request) !== EAI_INPROGRESS;
  }
}

let found: Functions<typeof signatures> | undefined | null = null;

function glibc(): Functions<typeof signatures> | undefined {
  if (found !== null) return found;
  try {
    found = openLibrary(platform().libc, signatures, "glibc 2.34");
  } catch {
    found = undefined;
  }
  return found;
}
