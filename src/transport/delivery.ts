import type { ByteStreamSink } from "./transport.ts";

/**
 * Hands a stream's news to its sink, and keeps the promises of {@linkcode ByteStreamSink}: in order, nothing
 * read while paused, `onClose` once and last, no call from within a call to the stream.
 */
export class Delivery {
  #sink: ByteStreamSink | undefined;
  #paused = true;
  /** What came while paused: a socket may go on with what it has read, and TLS with what it has decrypted. */
  #held: Uint8Array[] = [];
  #ended = false;
  #endHeld = false;
  #dropped = false;
  #closed = false;
  #told = false;
  #error: unknown;

  /** Whether the sink wants no data. */
  get paused(): boolean {
    return this.#paused;
  }

  /** Whether something that came waits for the sink. */
  get holds(): boolean {
    return this.#held.length > 0;
  }

  /** Whether the stream has closed, told or not. */
  get closed(): boolean {
    return this.#closed;
  }

  /** As {@linkcode ByteStream.attach}. */
  attach(sink: ByteStreamSink): void {
    this.#sink = sink;
    if (this.#closed) this.#releaseSoon();
  }

  /** As {@linkcode ByteStream.resume}. */
  resume(): void {
    this.#paused = false;
    if (this.#held.length > 0 || this.#endHeld || this.#closed) this.#releaseSoon();
  }

  /** As {@linkcode ByteStream.pause}. */
  pause(): void {
    this.#paused = true;
  }

  /** Bytes arrived. Their memory is free again when this returns. */
  data(bytes: Uint8Array): void {
    if (this.#dropped) return;
    if (this.#paused || this.#held.length > 0) this.#held.push(bytes.slice());
    else this.#sink?.onData(bytes);
  }

  /** The peer has sent all it will send. */
  end(): void {
    if (this.#dropped || this.#ended) return;
    this.#ended = true;
    this.#endHeld = true;
    this.#releaseSoon();
  }

  /** The sink has done its part: from here on all is for the next one, first of all these bytes. Only while paused. */
  putBack(bytes: Uint8Array): void {
    this.#sink = undefined;
    if (bytes.length > 0) this.#held.unshift(bytes);
  }

  /** The lent bytes have been taken. */
  writable(): void {
    if (!this.#dropped) this.#sink?.onWritable();
  }

  /** From now on nothing is told but the end. */
  drop(): void {
    this.#dropped = true;
    this.#held = [];
    this.#endHeld = false;
  }

  /** The stream is gone. After an orderly end the sink gets what is held first, however long it is paused. */
  close(error?: unknown): void {
    if (this.#closed) return;
    this.#closed = true;
    if (!this.#dropped) this.#error = error;
    if (error !== undefined) this.drop();
    this.#releaseSoon();
  }

  #releaseSoon(): void {
    queueMicrotask(() => this.#release());
  }

  #release(): void {
    while (!this.#paused && this.#held.length > 0) this.#sink?.onData(this.#held.shift()!);
    if (!this.#paused && this.#endHeld) {
      this.#endHeld = false;
      this.#sink?.onEnd();
    }
    const sink = this.#sink;
    if (!this.#closed || this.#told || sink === undefined || this.#held.length > 0 || this.#endHeld) return;
    this.#told = true;
    if (this.#error === undefined) sink.onClose();
    else sink.onClose(this.#error);
  }
}
