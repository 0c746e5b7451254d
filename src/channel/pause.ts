/** Tells the processor that this thread spins, where the runtime can (`Atomics.pause`, since Node 24). */
export const pause: () => void = typeof Atomics.pause === "function" ? () => Atomics.pause() : () => {};
