import { type NativeBuffer, nativeBuffer } from "./native_buffer.ts";

/**
 * What was read last, by whichever stream of this thread: one buffer for all, so that a connection at rest owns
 * none and a read allocates none.
 */
export const receiveBuffer: Uint8Array<ArrayBuffer> = new Uint8Array(new ArrayBuffer(256 * 1024));

let memory: NativeBuffer | undefined;

/** {@linkcode receiveBuffer} for native code. */
export function receiveMemory(): NativeBuffer {
  return memory ??= nativeBuffer(receiveBuffer);
}
