/**
 * Calls into the system's C libraries: one face for `Deno.dlopen`, `bun:ffi` and `node:ffi`.
 *
 * Memory: a `buffer` argument is the address of a typed array's first byte, taken when the call begins. It holds
 * for the length of the call, because no runtime collects or moves memory of a thread while that thread is in a
 * native call, and because the caller's reference keeps it alive. Native code must not keep it: whatever outlives
 * a call is allocated by native code.
 *
 * @module
 */
import { WebSocketError } from "../../core/errors.ts";

declare const brand: unique symbol;

/**
 * A native address: an object, a number or a bigint, as the runtime likes it best. A null pointer is falsy
 * everywhere, and `null` only in some: test with `!pointer`.
 */
export interface Pointer {
  readonly [brand]: "pointer";
}

/**
 * Types of arguments and results. There are none of 64 bits, which some runtimes pass as bigint only: a `size_t`
 * argument is a `u32`, which every calling convention at hand extends with zeros; an `ssize_t` result is an
 * `i32`, its lower half, and right as long as the size asked for fits.
 */
export type NativeType = "i32" | "u32" | "pointer" | "buffer";

/** What a native function takes and gives. */
export interface Signature {
  readonly parameters: readonly NativeType[];
  readonly result: "void" | Exclude<NativeType, "buffer">;
}

/** Signatures by the functions' names. */
export type Signatures = Readonly<Record<string, Signature>>;

interface Values {
  void: void;
  i32: number;
  u32: number;
  pointer: Pointer | null;
  buffer: Uint8Array | null;
}

type Arguments<Types extends readonly NativeType[]> = { [Index in keyof Types]: Values[Types[Index]] };

/** The functions of a library, ready to be called. */
export type Functions<S extends Signatures> = {
  readonly [Name in keyof S]: (...args: Arguments<S[Name]["parameters"]>) => Values[S[Name]["result"]];
};

/** What a runtime offers. */
export interface Ffi {
  /** Finds functions in the library of that file name. Throws the runtime's error. */
  open<const S extends Signatures>(library: string, signatures: S): Functions<S>;
  /** Native memory as a buffer, which must not be touched after the memory has gone. */
  memory(pointer: Pointer, length: number): ArrayBuffer;
  /** The pointer to a typed array's first byte: good for as long as the caller keeps its memory. */
  pointerTo(bytes: Uint8Array): Pointer;
  /** The pointer to an address, as read from native memory. */
  pointer(address: bigint): Pointer | null;
  /** The address in a pointer. */
  address(pointer: Pointer): bigint;
}

/** The transport cannot run here: `needs` says what is missing. */
export function unavailable(needs: string, cause?: unknown): WebSocketError {
  const message = `options: transport "syscall" needs ${needs}`;
  return new WebSocketError("InvalidConfiguration", message, { cause });
}
