import { type Ffi, type Functions, type Pointer, type Signatures, unavailable } from "./ffi.ts";

/** `Deno.dlopen`. */
export function denoFfi(): Ffi {
  const { state } = Deno.permissions.requestSync({ name: "ffi" });
  if (state !== "granted") throw unavailable("permission to call the system's libraries: --allow-ffi");
  return {
    open<const S extends Signatures>(library: string, signatures: S): Functions<S> {
      return Deno.dlopen(library, signatures).symbols as unknown as Functions<S>;
    },
    memory: (pointer: Pointer, length: number): ArrayBuffer =>
      Deno.UnsafePointerView.getArrayBuffer(native(pointer)!, length),
    pointerTo: (bytes: Uint8Array): Pointer =>
      Deno.UnsafePointer.of(bytes as Uint8Array<ArrayBuffer>) as unknown as Pointer,
    pointer: (address: bigint): Pointer | null =>
      Deno.UnsafePointer.create(address) as unknown as Pointer | null,
    address: (pointer: Pointer): bigint => Deno.UnsafePointer.value(native(pointer)),
  };
}

function native(pointer: Pointer): Deno.PointerValue {
  return pointer as unknown as Deno.PointerValue;
}
