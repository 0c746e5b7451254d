import { WebSocketError } from "../../core/errors.ts";
import { checked, makeNonBlocking } from "./descriptor.ts";
import { type Libc, libc } from "./libc.ts";
import { checkRange, lengthOf, type NativeBuffer } from "./native_buffer.ts";
import { OutgoingMessage } from "./outgoing_message.ts";
import { errno, platform, SHUT_WR, SOCK_STREAM } from "./platform.ts";
import { END, WOULD_BLOCK } from "./polled_stream.ts";
import type { SocketAddress } from "./socket_address.ts";
import { SystemError } from "./system_error.ts";
import { type Reader, TimestampedReader } from "./timestamped_reader.ts";

/** The most bytes of one `sendmsg`: its result has to fit into 31 bits. */
const largestSend = 2 ** 30;
const closed = -1;

/** This thread's. */
let outgoing: OutgoingMessage | undefined;

interface KeptOption {
  readonly level: number;
  readonly name: number;
  readonly value: Uint8Array;
}

/** A socket of the system: a descriptor that is closed exactly once, and never used after that. */
export class SyscallSocket {
  readonly #libc: Libc = libc();
  readonly #sendFlags: number = platform().sendFlags;
  #fd: number;
  #kept: KeptOption | undefined;
  #reader: Reader = this.#libc;
  #timestamps: TimestampedReader | undefined;

  /** Opens a non-blocking stream socket of an address family. Throws a {@linkcode SystemError}. */
  constructor(family: number) {
    const { socketFlags, SOL_SOCKET, SO_NOSIGPIPE } = platform();
    this.#fd = checked("socket", this.#libc.socket(family, SOCK_STREAM | socketFlags, 0));
    try {
      if (socketFlags === 0) makeNonBlocking(this.#fd);
      if (SO_NOSIGPIPE !== undefined) this.setOption(SOL_SOCKET, SO_NOSIGPIPE, 1);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** The descriptor, or -1 after `close`. It stays this object's: only look. */
  get fd(): number {
    return this.#fd;
  }

  /** The descriptor. Throws `WebSocketError` `ConnectionClosed` after `close`. */
  requireFd(): number {
    if (this.#fd === closed) throw new WebSocketError("ConnectionClosed", "the socket has been closed");
    return this.#fd;
  }

  /** Sets the address to connect from. Throws a {@linkcode SystemError}. */
  bind({ bytes }: SocketAddress): void {
    checked("bind", this.#libc.bind(this.requireFd(), bytes, bytes.length));
  }

  /** Begins to connect. Answers whether that was all; if not, the socket becomes writable when it is decided. */
  connect(address: SocketAddress): boolean {
    if (this.#libc.connect(this.requireFd(), address.bytes, address.bytes.length) === 0) return true;
    const number = this.#libc.errno[0];
    // After a signal, the attempt goes on by itself.
    if (number === errno.EINPROGRESS || number === errno.EINTR) return false;
    throw new SystemError("connect", number);
  }

  /** How connecting was decided: throws what it failed with. */
  finishConnect(): void {
    const { SOL_SOCKET, SO_ERROR } = platform();
    const number = this.getOption(SOL_SOCKET, SO_ERROR);
    if (number !== 0) throw new SystemError("connect", number);
  }

  /** Receives into a buffer. Answers the number of bytes, {@linkcode WOULD_BLOCK} or {@linkcode END}. */
  receive(into: NativeBuffer): number {
    const fd = this.requireFd();
    const room = lengthOf(into);
    for (;;) {
      const count = this.#reader.read(fd, into.pointer, room);
      if (count > 0) {
        if (this.#kept !== undefined) this.#setAgain(this.#kept);
        return count;
      }
      if (count === 0) return END;
      const number = this.#libc.errno[0];
      if (number === errno.EAGAIN) return WOULD_BLOCK;
      if (number !== errno.EINTR) throw new SystemError("read", number);
    }
  }

  /** From now on, the system notes when it receives something. Throws a {@linkcode SystemError}. */
  timestampReceives(): void {
    const { SOL_SOCKET, SO_TIMESTAMPNS } = platform();
    if (SO_TIMESTAMPNS === undefined) throw new SystemError("setsockopt", errno.ENOPROTOOPT);
    this.setOption(SOL_SOCKET, SO_TIMESTAMPNS, 1);
    this.#reader = this.#timestamps = new TimestampedReader();
  }

  /**
   * When the system received what `receive` received last, of several segments the last: milliseconds since the
   * epoch. `undefined` where it did not say, or without `timestampReceives`.
   */
  get receivedAt(): number | undefined {
    return this.#timestamps?.receivedAt;
  }

  /** Sends from `bytes[start, end)`. Answers the number of bytes taken. */
  send(bytes: Uint8Array, start: number, end: number): number {
    const fd = this.requireFd();
    checkRange(bytes, start, end);
    if (start === end) return 0;
    const message = (outgoing ??= new OutgoingMessage()).holding(
      bytes,
      start,
      Math.min(end, start + largestSend),
    );
    for (;;) {
      const count = this.#libc.sendmsg(fd, message, this.#sendFlags);
      if (count >= 0) return count;
      const number = this.#libc.errno[0];
      if (number === errno.EAGAIN) return 0;
      if (number !== errno.EINTR) throw new SystemError("sendmsg", number);
    }
  }

  /** Reads an option that is an `int`. */
  getOption(level: number, name: number): number {
    const value = new Int32Array(new ArrayBuffer(4));
    const length = new Int32Array(new ArrayBuffer(4)).fill(4);
    checked(
      "getsockopt",
      this.#libc.getsockopt(this.requireFd(), level, name, bytesOf(value), bytesOf(length)),
    );
    return value[0];
  }

  /** Sets an option that is an `int`. */
  setOption(level: number, name: number, value: number): void {
    const memory = new Int32Array(new ArrayBuffer(4)).fill(value);
    checked("setsockopt", this.#libc.setsockopt(this.requireFd(), level, name, bytesOf(memory), 4));
  }

  /** Sets an option that is an `int` again after whatever is received, for the system forgets it. */
  keepOption(level: number, name: number, value: number): void {
    this.setOption(level, name, value);
    this.#kept = { level, name, value: bytesOf(new Int32Array(new ArrayBuffer(4)).fill(value)) };
  }

  #setAgain({ level, name, value }: KeptOption): void {
    checked("setsockopt", this.#libc.setsockopt(this.requireFd(), level, name, value, value.length));
  }

  /** Sends FIN. */
  shutdown(): void {
    // It fails when the peer has reset the connection, and then there is nobody to tell.
    this.#libc.shutdown(this.requireFd(), SHUT_WR);
  }

  /** Closes the descriptor. The next calls do nothing. */
  close(): void {
    if (this.#fd === closed) return;
    const fd = this.#fd;
    this.#fd = closed;
    // Never again after EINTR: the descriptor is gone, and its number may be somebody else's by now.
    this.#libc.close(fd);
  }
}

function bytesOf(memory: Int32Array<ArrayBuffer>): Uint8Array {
  return new Uint8Array(memory.buffer);
}
