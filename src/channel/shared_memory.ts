/**
 * V8 does not count shared memory when it decides whether to collect garbage, so that of connections that have ended
 * piles up. Memory that may grow is taken from the system page by page, as it is touched: what lies unused costs next
 * to nothing until it is collected. JavaScriptCore counts it, and its atomics are slower on memory that may grow.
 */
const isCounted = "Bun" in globalThis;

/** Shared memory for a channel. */
export function allocateShared(byteLength: number): SharedArrayBuffer {
  return isCounted
    ? new SharedArrayBuffer(byteLength)
    : new SharedArrayBuffer(byteLength, { maxByteLength: byteLength });
}
