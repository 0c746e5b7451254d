import type { Writable } from "node:stream";

/** What fills a {@linkcode MessageOutput}. */
export interface Source {
  pause(): void;
  resume(): void;
}

/** Writes to a stream that may be slow, or gone: its source is paused as long as the stream has no room. */
export class MessageOutput {
  /** What is paused. */
  source: Source | undefined;

  readonly #stream: Writable;
  readonly #onBroken: () => void;
  readonly #onDrain = (): void => {
    this.#isFull = false;
    this.source?.resume();
  };
  readonly #onError = (): void => {
    this.#isBroken = true;
    this.#isFull = false;
    this.#onBroken();
    // What is left has nowhere to go, but the closing handshake is behind it.
    this.source?.resume();
  };
  #isFull = false;
  #isBroken = false;

  /** `onBroken`: nobody reads any more. */
  constructor(stream: Writable, onBroken: () => void) {
    this.#stream = stream;
    this.#onBroken = onBroken;
    stream.on("error", this.#onError);
  }

  /** Whether nobody reads any more. */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  /** Whether the source is paused. */
  get isFull(): boolean {
    return this.#isFull;
  }

  write(chunk: string | Uint8Array): void {
    if (this.#isBroken || this.#stream.write(chunk) || this.#isFull) return;
    this.#isFull = true;
    this.source?.pause();
    this.#stream.once("drain", this.#onDrain);
  }

  /** Lets go of the stream. */
  release(): void {
    this.#stream.off("error", this.#onError);
    this.#stream.off("drain", this.#onDrain);
  }
}
