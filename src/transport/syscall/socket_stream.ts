import type { NativeBuffer } from "./native_buffer.ts";
import type { PolledStream } from "./polled_stream.ts";
import { receiveMemory } from "./receive_buffer.ts";
import { SocketWait } from "./socket_wait.ts";
import type { SyscallSocket } from "./syscall_socket.ts";
import type { WakeUp } from "./wake_up.ts";

/** A connected socket without TLS: TCP or Unix. */
export class SocketStream implements PolledStream {
  readonly socket: SyscallSocket;
  readonly #waiting: SocketWait;
  readonly #into: NativeBuffer = receiveMemory();
  #shutDown = false;

  /** Takes the socket over. */
  constructor(socket: SyscallSocket) {
    this.socket = socket;
    this.#waiting = new SocketWait(socket);
  }

  read(into: NativeBuffer = this.#into): number {
    return this.socket.receive(into);
  }

  write(bytes: Uint8Array, start: number, end: number): number {
    return this.socket.send(bytes, start, end);
  }

  wait(timeoutMs: number, forWrite: boolean = false, wakeUp?: WakeUp): boolean {
    return this.#waiting.wait(timeoutMs, forWrite, wakeUp);
  }

  shutdown(): void {
    if (this.#shutDown) return;
    this.socket.shutdown();
    this.#shutDown = true;
  }

  close(): void {
    this.socket.close();
  }
}
