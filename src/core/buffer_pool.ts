/**
 * Buffers lent and taken back, shared by every connection of a thread: a connection at rest owns none, and
 * a busy one allocates none.
 *
 * @module
 */

/** A buffer with a view for bytes and one for aligned 32-bit words. */
export interface PooledBuffer {
  /** The whole buffer; its length is a power of two. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The same memory as words in the machine's byte order. */
  readonly words: Int32Array<ArrayBuffer>;
}

const SMALLEST_BITS = 12; // 4 KiB
const LARGEST_BITS = 24; // 16 MiB; larger buffers are left to the garbage collector
const MOST_RETAINED = 32 * 1024 * 1024;

const free: PooledBuffer[][] = Array.from({ length: LARGEST_BITS - SMALLEST_BITS + 1 }, () => []);
let retained = 0;

/** Lends a buffer of at least `size` bytes. Its content is whatever was there. */
export function acquireBuffer(size: number): PooledBuffer {
  const bits = size <= 1 << SMALLEST_BITS ? SMALLEST_BITS : 32 - Math.clz32(size - 1);
  const reusable = free[bits - SMALLEST_BITS]?.pop();
  if (reusable !== undefined) {
    retained -= reusable.bytes.length;
    return reusable;
  }
  const memory = new ArrayBuffer(2 ** bits);
  return { bytes: new Uint8Array(memory), words: new Int32Array(memory) };
}

/** Takes a buffer back. The caller must not touch it, or a view of it, again. */
export function releaseBuffer(buffer: PooledBuffer): void {
  const size = buffer.bytes.length;
  const index = 31 - Math.clz32(size) - SMALLEST_BITS;
  const list = free[index];
  if (list === undefined) return;
  if (retained + size > MOST_RETAINED && !dropLarger(index)) return;
  retained += size;
  list.push(buffer);
}

/** Makes room for a small buffer, which every message needs, by leaving to the garbage collector a large one. */
function dropLarger(index: number): boolean {
  for (let larger = free.length - 1; larger > index; larger--) {
    const dropped = free[larger].pop();
    if (dropped === undefined) continue;
    retained -= dropped.bytes.length;
    return true;
  }
  return false;
}
