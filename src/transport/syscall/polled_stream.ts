import type { NativeBuffer } from "./native_buffer.ts";
import type { SyscallSocket } from "./syscall_socket.ts";
import type { WakeUp } from "./wake_up.ts";

/** What {@linkcode PolledStream.read} answers when nothing is there. */
export const WOULD_BLOCK = 0;
/** What {@linkcode PolledStream.read} answers when the peer has sent all it will send. */
export const END = -1;

/**
 * An open byte stream that is asked, and never calls. Every method but `wait` returns at once. After `close` all
 * but `close` throw `WebSocketError` `ConnectionClosed`.
 *
 * Failures of the connection are thrown as errors with a `code`, like Node's: `ECONNRESET`, `EPIPE`, or one of
 * OpenSSL's.
 */
export interface PolledStream {
  /** The system's socket. */
  readonly socket: SyscallSocket;
  /**
   * Reads into a buffer, `receiveBuffer` by default, from its beginning. Answers the number of bytes, at least 1; or
   * {@linkcode WOULD_BLOCK}; or {@linkcode END}.
   */
  read(into?: NativeBuffer): number;
  /**
   * Writes from `bytes[start, end)`. Answers the number of bytes taken, 0 when there is no room. What was not
   * taken has to be offered again, unchanged, as the beginning of the next write: TLS may have encrypted it
   * already.
   */
  write(bytes: Uint8Array, start: number, end: number): number;
  /**
   * Sleeps in the kernel until there is something to read, or room to write if `forWrite`, or the time is over:
   * milliseconds, `Infinity` for no end. Answers whether it was woken; `wakeUp` wakes it, too, and is then reset.
   */
  wait(timeoutMs: number, forWrite?: boolean, wakeUp?: WakeUp): boolean;
  /** Sends FIN (TLS: close_notify before it). Reading goes on. A second call does nothing. */
  shutdown(): void;
  /** Lets go of everything at once. A second call does nothing. */
  close(): void;
}
