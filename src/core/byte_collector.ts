const NOTHING = new Uint8Array(0);
/** Room for the first part, at least. */
const FIRST = 256;

/** Bytes put together out of parts whose memory is not ours to keep. Owns none before the first. */
export class ByteCollector {
  #bytes = NOTHING;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  append(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** A view, valid until the next change. */
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  clear(): void {
    this.#length = 0;
  }

  #reserve(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(needed, this.#bytes.length * 2, FIRST));
    larger.set(this.view());
    this.#bytes = larger;
  }
}
