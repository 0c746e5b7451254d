/** Tells the thread that waits in {@linkcode waitForText} a text. */
export function tell(memory: SharedArrayBuffer, text: string): void {
  const bytes = new TextEncoder().encode(text);
  new Uint8Array(memory, 4).set(bytes);
  const length = new Int32Array(memory, 0, 1);
  Atomics.store(length, 0, bytes.length);
  Atomics.notify(length, 0);
}

/** Blocks this thread until another tells it a text. */
export function waitForText(memory: SharedArrayBuffer, timeout: number): string {
  const length = new Int32Array(memory, 0, 1);
  if (Atomics.wait(length, 0, 0, timeout) === "timed-out") throw new Error("the other thread did not answer");
  // A copy, as decoders take no shared memory.
  return new TextDecoder().decode(new Uint8Array(memory, 4, Atomics.load(length, 0)).slice());
}
