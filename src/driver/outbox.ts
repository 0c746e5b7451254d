import { type PooledBuffer, releaseBuffer } from "../core/buffer_pool.ts";
import type { Protocol } from "../core/protocol.ts";
import type { ByteStream } from "../transport/transport.ts";

/**
 * Writes a protocol's output to a stream: at once where the stream takes it, else in order as the stream takes
 * on. What the stream could not take at once is lent to it, and the protocol fills another buffer meanwhile; so
 * however many sends come in that time, they leave in one write.
 */
export class Outbox {
  /** Bytes handed to the stream so far. */
  bytesSent = 0;

  readonly #protocol: Protocol;
  readonly #stream: ByteStream;
  #lent: PooledBuffer | undefined;
  #corked = 0;

  constructor(protocol: Protocol, stream: ByteStream) {
    this.#protocol = protocol;
    this.#stream = stream;
  }

  /** Bytes that the system has not taken yet. */
  get waiting(): number {
    return this.#protocol.output.length + (this.#lent === undefined ? 0 : this.#stream.unsent);
  }

  /** Whether the stream has not told yet that it has taken everything; one that is gone knows no `unsent` any more. */
  get pending(): boolean {
    return this.#lent !== undefined || this.#protocol.output.length > 0;
  }

  /** Tells the protocol, which watches the limit, how much of what was lent has been taken meanwhile. */
  updateUnsent(): void {
    if (this.#lent !== undefined) this.#protocol.unsent = this.#stream.unsent;
  }

  /** Writes what there is, unless corked or something is still on its way. */
  flush(): void {
    if (this.#lent !== undefined || this.#corked > 0) return;
    this.#protocol.releasePong();
    const output = this.#protocol.output;
    const length = output.length;
    if (length === 0) return;
    this.bytesSent += length;
    if (this.#stream.write(output.bytes, 0, length)) {
      output.clear();
    } else {
      this.#lent = output.detach();
      this.#protocol.unsent = length;
    }
  }

  /** Whether everything is held back. */
  get corked(): boolean {
    return this.#corked > 0;
  }

  /** Holds everything back until as many calls of `uncork`. */
  cork(): void {
    this.#corked++;
  }

  /** Ends what `cork` began: the last one writes everything at once. */
  uncork(): void {
    this.#corked--;
    this.flush();
  }

  /** The stream has taken what it was lent. */
  onWritable(): void {
    if (this.#lent !== undefined) releaseBuffer(this.#lent);
    this.#lent = undefined;
    this.#protocol.unsent = 0;
    this.flush();
  }

  /** The stream is gone: nothing will be written any more. */
  discard(): void {
    // Not back to the pool: an operation that failed late might still look at it.
    this.#lent = undefined;
    this.#protocol.unsent = 0;
    this.#protocol.output.clear();
  }
}
