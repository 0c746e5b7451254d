/** Buffer of a connection at rest: small, for there may be thousands of them. */
const restSize = 2 * 1024;
/** Buffer of a connection on which data flows: larger ones take 1 MiB no faster, smaller ones cut more messages. */
const flowSize = 128 * 1024;
/** Data flows as long as reads bring so many bytes. */
const flowingFrom = 32 * 1024;
/** How many large buffers without a read are kept for the next. */
const spareLimit = 16;

const spares: Uint8Array[] = [];

/**
 * Buffers for a stream whose pending read owns its buffer. Data that fills the small buffer of a connection
 * at rest gets a large one, from a pool of the thread, for as long as reads bring much.
 */
export class ReadBuffers {
  #rest: Uint8Array | undefined;
  #flows = false;

  /** A buffer for the next read. */
  take(): Uint8Array {
    if (this.#flows) return spares.pop() ?? new Uint8Array(flowSize);
    return this.#rest ??= new Uint8Array(restSize);
  }

  /** The read has ended: `count` bytes came, and are used up. */
  give(buffer: Uint8Array, count: number): void {
    this.#flows = buffer === this.#rest ? count === restSize : count >= flowingFrom;
    if (buffer !== this.#rest && spares.length < spareLimit) spares.push(buffer);
  }
}
