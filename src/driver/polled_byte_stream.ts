import type { ByteStream, ByteStreamSink } from "../transport/transport.ts";
import { END, type PolledStream, WOULD_BLOCK } from "../transport/syscall/polled_stream.ts";
import { receiveBuffer } from "../transport/syscall/receive_buffer.ts";
import type { WakeUp } from "../transport/syscall/wake_up.ts";

/** The view handed out last: lengths repeat, and making a view costs more than comparing. */
let receiveView = receiveBuffer;
/** How much of the receive buffer a sink is looking at. */
let inUse = 0;

/** A polled stream as the byte stream that a connection knows: what it has to tell is told from within `poll`. */
export class PolledByteStream implements ByteStream {
  readonly #stream: PolledStream;
  #sink: ByteStreamSink | undefined;
  #paused = true;
  /** What the system has not taken of the last write. */
  #lent: Uint8Array | undefined;
  #lentFrom = 0;
  #lentTo = 0;
  #shutDown = false;
  #ended = false;
  #closed = false;
  #told = false;
  #error: unknown;

  constructor(stream: PolledStream) {
    this.#stream = stream;
  }

  get socket(): unknown {
    return this.#stream.socket;
  }

  get unsent(): number {
    return this.#lentTo - this.#lentFrom;
  }

  /** Whether nothing more will come of it; the next `poll` tells, if none has. */
  get closed(): boolean {
    return this.#closed;
  }

  attach(sink: ByteStreamSink): void {
    this.#sink = sink;
  }

  resume(): void {
    this.#paused = false;
  }

  pause(): void {
    this.#paused = true;
  }

  write(bytes: Uint8Array, start: number, end: number): boolean {
    if (this.#closed || this.#shutDown) return true;
    const taken = this.#write(bytes, start, end);
    if (this.#closed || start + taken === end) return true;
    this.#lent = bytes;
    this.#lentFrom = start + taken;
    this.#lentTo = end;
    return false;
  }

  shutdown(): void {
    if (this.#shutDown) return;
    this.#shutDown = true;
    if (this.#lent === undefined) this.#sendEnd();
  }

  destroy(): void {
    this.#close();
    // Where no loop polls, somebody still has to tell.
    queueMicrotask(() => this.#tell());
  }

  setKeepsProcessAlive(_keeps: boolean): void {
    // A loop does; a descriptor of the system never did.
  }

  /** One turn: writes on, reads once. Answers whether anything was done. */
  poll(): boolean {
    if (this.#closed) {
      this.#tell();
      return true;
    }
    const wrote = this.#lent !== undefined && this.#writeOn();
    return this.#readOnce() || wrote;
  }

  /** Sleeps in the kernel until there is something to do, at most `timeout` milliseconds. Whether it could, `poll` tells. */
  wait(timeout: number, wakeUp?: WakeUp): void {
    if (this.#closed) return;
    const reads = !this.#paused && !this.#ended;
    // The system tells of reading in any case; who does not read must not wait for that.
    if (!reads && this.#lent === undefined) return sleep(timeout);
    try {
      this.#stream.wait(timeout, this.#lent !== undefined, wakeUp);
    } catch (error) {
      this.#close(error);
    }
  }

  #readOnce(): boolean {
    if (this.#paused || this.#ended || this.#closed) return false;
    if (inUse > 0) return this.#readAside();
    const count = this.#read();
    if (count <= 0) return this.#readNothing(count);
    if (receiveView.length !== count) receiveView = receiveBuffer.subarray(0, count);
    inUse = count;
    this.#sink?.onData(receiveView);
    inUse = 0;
    return true;
  }

  /** As `#readOnce`, for a stream that is polled in a callback of another one: the buffer is for that one to see. */
  #readAside(): boolean {
    const seen = receiveBuffer.slice(0, inUse);
    const count = this.#read();
    if (count <= 0) return this.#readNothing(count);
    const bytes = receiveBuffer.slice(0, count);
    receiveBuffer.set(seen);
    this.#sink?.onData(bytes);
    return true;
  }

  /** The read brought no bytes: there are none, they have ended, or it failed. */
  #readNothing(count: number): boolean {
    if (count !== END || this.#closed) return this.#closed;
    this.#ended = true;
    this.#sink?.onEnd();
    if (this.#shutDown && this.#lent === undefined) this.#close();
    return true;
  }

  #read(): number {
    try {
      return this.#stream.read();
    } catch (error) {
      this.#close(error);
      return WOULD_BLOCK;
    }
  }

  #write(bytes: Uint8Array, start: number, end: number): number {
    try {
      return this.#stream.write(bytes, start, end);
    } catch (error) {
      this.#close(error);
      return end - start;
    }
  }

  #writeOn(): boolean {
    const taken = this.#write(this.#lent!, this.#lentFrom, this.#lentTo);
    if (this.#closed) return true;
    this.#lentFrom += taken;
    if (this.#lentFrom < this.#lentTo) return taken > 0;
    this.#lent = undefined;
    this.#lentFrom = this.#lentTo = 0;
    if (this.#shutDown) this.#sendEnd();
    else this.#sink?.onWritable();
    return true;
  }

  #sendEnd(): void {
    if (this.#closed) return;
    this.#stream.shutdown();
    // Both directions have ended: nothing is left to wait for.
    if (this.#ended) this.#close();
  }

  #close(error?: unknown): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#error = error;
    this.#lent = undefined;
    this.#lentFrom = this.#lentTo = 0;
    this.#stream.close();
  }

  #tell(): void {
    if (this.#told) return;
    this.#told = true;
    if (this.#error === undefined) this.#sink?.onClose();
    else this.#sink?.onClose(this.#error);
  }
}

const never = new Int32Array(new SharedArrayBuffer(4));

/** Blocks this thread. */
export function sleep(milliseconds: number): void {
  Atomics.wait(never, 0, 0, milliseconds);
}
