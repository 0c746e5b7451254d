import { lengthOf, type NativeBuffer } from "./native_buffer.ts";
import type { PolledStream } from "./polled_stream.ts";
import { receiveMemory } from "./receive_buffer.ts";
import type { SyscallSocket } from "./syscall_socket.ts";
import type { WakeUp } from "./wake_up.ts";

/** A stream of which somebody has read bytes that were not his: they are read again first. */
export class PutBackStream implements PolledStream {
  readonly socket: SyscallSocket;
  readonly #stream: PolledStream;
  #rest: Uint8Array;

  /** Takes the stream over. */
  constructor(stream: PolledStream, bytes: Uint8Array) {
    this.socket = stream.socket;
    this.#stream = stream;
    this.#rest = bytes;
  }

  read(into: NativeBuffer = receiveMemory()): number {
    if (this.#rest.length === 0) return this.#stream.read(into);
    this.socket.requireFd();
    const taken = this.#rest.subarray(0, lengthOf(into));
    into.bytes.set(taken);
    this.#rest = this.#rest.subarray(taken.length);
    return taken.length;
  }

  write(bytes: Uint8Array, start: number, end: number): number {
    return this.#stream.write(bytes, start, end);
  }

  wait(timeoutMs: number, forWrite?: boolean, wakeUp?: WakeUp): boolean {
    return this.#rest.length > 0 || this.#stream.wait(timeoutMs, forWrite, wakeUp);
  }

  shutdown(): void {
    this.#stream.shutdown();
  }

  close(): void {
    this.#stream.close();
  }
}
