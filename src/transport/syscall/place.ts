import type { Pointer } from "./ffi.ts";
import { loadFfi } from "./load_ffi.ts";

/** Where a buffer is: for as long as it has not been transferred away, which its length tells. */
export interface Place {
  /** The address as a number, which holds it: no processor at hand uses more than 52 bits. */
  readonly address: number;
  readonly pointer: Pointer;
}

const places = new WeakMap<ArrayBufferLike, Place>();
let lastBuffer: ArrayBufferLike | undefined;
let lastPlace: Place | undefined;

/**
 * Where the buffer below a typed array is. To have been asked for it makes runtimes move the content of a small
 * array off their heap, for good; from then on the address stays.
 */
export function placeOf(buffer: ArrayBufferLike): Place {
  if (buffer === lastBuffer && lastPlace !== undefined) return lastPlace;
  let place = places.get(buffer);
  if (place === undefined) {
    const ffi = loadFfi();
    const pointer = ffi.pointerTo(new Uint8Array(buffer));
    place = { pointer, address: Number(ffi.address(pointer)) };
    places.set(buffer, place);
  }
  lastBuffer = buffer;
  lastPlace = place;
  return place;
}

/** The pointer to `bytes[start]`. It allocates where that is not the first byte of the whole buffer. */
export function pointerInto(bytes: Uint8Array, start: number): Pointer {
  const { address, pointer } = placeOf(bytes.buffer);
  const offset = bytes.byteOffset + start;
  return offset === 0 ? pointer : loadFfi().pointer(BigInt(address + offset))!;
}
