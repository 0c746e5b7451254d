import process from "node:process";
import { settleAtExit } from "./node_exit.ts";
import { type Ffi, type Functions, type Pointer, type Signatures, unavailable } from "./ffi.ts";

/** The part of `node:ffi` that is used here. */
interface NodeFfi {
  dlopen(library: null, symbols: Record<string, { arguments: readonly string[]; return: string }>): {
    readonly functions: unknown;
  };
  getRawPointer(bytes: Uint8Array): bigint;
  toArrayBuffer(pointer: bigint, length: number, copy: boolean): ArrayBuffer;
}

/** Kept, so that no library is collected, and closed, while its functions are in use. */
const libraries: unknown[] = [];

/** `node:ffi`. A pointer is a bigint there. */
export function nodeFfi(): Ffi {
  const node = builtin();
  settleAtExit();
  return {
    // Whatever the library: C's own is in the process, and so is an OpenSSL, which another one would clash with.
    open<const S extends Signatures>(_library: string, signatures: S): Functions<S> {
      const symbols = Object.entries(signatures).map(([name, { parameters, result }]) =>
        [name, { arguments: parameters, return: result }] as const
      );
      const opened = node.dlopen(null, Object.fromEntries(symbols));
      libraries.push(opened);
      return opened.functions as Functions<S>;
    },
    memory: (pointer: Pointer, length: number): ArrayBuffer =>
      node.toArrayBuffer(pointer as unknown as bigint, length, false),
    pointerTo: (bytes: Uint8Array): Pointer => node.getRawPointer(bytes) as unknown as Pointer,
    pointer: (address: bigint): Pointer | null => address as unknown as Pointer,
    address: (pointer: Pointer): bigint => pointer as unknown as bigint,
  };
}

function builtin(): NodeFfi {
  const { permission } = process as { permission?: { has(scope: string): boolean } };
  if (permission !== undefined && !permission.has("ffi")) {
    throw unavailable("permission to call the system's libraries: --allow-ffi");
  }
  const found: unknown = process.getBuiltinModule?.("node:ffi");
  if (found === undefined) {
    const since = "Node 26.9 or later, or 26.1 or later with --experimental-ffi";
    throw unavailable(`the module node:ffi: ${since}; this is ${process.version}`);
  }
  return found as NodeFfi;
}
