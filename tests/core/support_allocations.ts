/** The sizes of all `ArrayBuffer`s made while `run` ran, by whatever was called in it, in order. */
export function allocationsOf(run: () => void): number[] {
  const sizes: number[] = [];
  const original = globalThis.ArrayBuffer;
  globalThis.ArrayBuffer = new Proxy(original, {
    construct(target, [size, ...options]: [number]) {
      sizes.push(size);
      return Reflect.construct(target, [size, ...options]);
    },
  });
  try {
    run();
  } finally {
    globalThis.ArrayBuffer = original;
  }
  return sizes;
}
