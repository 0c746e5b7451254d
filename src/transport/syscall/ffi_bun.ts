import process from "node:process";
import { requireVersion } from "../require_version.ts";
import type { Ffi, Functions, Pointer, Signatures } from "./ffi.ts";

/** The part of `bun:ffi` that is used here. */
interface BunFfi {
  dlopen(library: string, symbols: Record<string, { args: string[]; returns: string }>): {
    readonly symbols: unknown;
  };
  ptr(bytes: Uint8Array): number;
  toArrayBuffer(pointer: number, offset: number, length: number): ArrayBuffer;
}

const types = { void: "void", i32: "i32", u32: "u32", pointer: "ptr", buffer: "ptr" } as const;

/** `bun:ffi`. A pointer is a number there. */
export function bunFfi(): Ffi {
  // 1.2.6 to 1.3.3 crash with this transport, seen and not explained; before, there is no `getBuiltinModule`.
  requireVersion({ runtime: "bun", since: "1.3.4", what: 'options: transport "syscall"' });
  const bun = process.getBuiltinModule("bun:ffi") as unknown as BunFfi;
  return {
    open<const S extends Signatures>(library: string, signatures: S): Functions<S> {
      const symbols = Object.entries(signatures).map(([name, { parameters, result }]) =>
        [name, { args: parameters.map((type) => types[type]), returns: types[result] }] as const
      );
      return bun.dlopen(library, Object.fromEntries(symbols)).symbols as Functions<S>;
    },
    memory: (pointer: Pointer, length: number): ArrayBuffer =>
      bun.toArrayBuffer(pointer as unknown as number, 0, length),
    pointerTo: (bytes: Uint8Array): Pointer => bun.ptr(bytes) as unknown as Pointer,
    pointer: (address: bigint): Pointer | null => Number(address) as unknown as Pointer,
    address: (pointer: Pointer): bigint => BigInt(pointer as unknown as number),
  };
}
