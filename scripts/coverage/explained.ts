/** Why nothing covers a line. */
export interface Explanation {
  readonly file: string;
  /** The line as it stands in the file, without its indentation. */
  readonly code: string;
  readonly why: string;
}

/** Every gap that is left, and why it is. A gap that is not here fails the check. */
export const explained: readonly Explanation[] = [
  {
    file: "src/channel/pause.ts",
    code:
      'export const pause: () => void = typeof Atomics.pause === "function" ? () => Atomics.pause() : () => {};',
    why: "The Node that measures has Atomics.pause; older ones have not.",
  },
  {
    file: "src/channel/sender.ts",
    code: "if (end - start <= 0xffff_ffff) return;",
    why: "It takes a message of more than 4 GiB.",
  },
  {
    file: "src/channel/sender.ts",
    code:
      'throw new WebSocketError("LimitExceeded", `channel: message longer than 4 GiB: ${end - start} bytes`);',
    why: "It takes a message of more than 4 GiB.",
  },
  {
    file: "src/channel/sender.ts",
    code: "if (pending.isSettled) return;",
    why: "A thread that was taken for dead has to go on between two microtasks.",
  },
  {
    file: "src/channel/shared_memory.ts",
    code: "? new SharedArrayBuffer(byteLength)",
    why: "Bun's branch; Node is what measures.",
  },
  {
    file: "src/channel/waiting.ts",
    code: "const keepAlive = setTimeout(() => {}, 2 * limit);",
    why: "The timer only has to be there; it is cleared before it goes off.",
  },
  {
    file: "src/channel/wake_word.ts",
    code: "if (Atomics.compareExchange(this.#words, this.#index, word, (word + 1) | 0) !== word) return;",
    why: "Two threads have to be between two instructions at once, which no test can bring about at will.",
  },
  {
    file: "src/driver/polled_byte_stream.ts",
    code: "setKeepsProcessAlive(_keeps: boolean): void {",
    why: "It is there for the interface: nobody asks this of a stream that is polled.",
  },
];
