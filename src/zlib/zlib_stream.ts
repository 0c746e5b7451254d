import type { DeflateStream } from "../core/deflate_codec.ts";

/**
 * The part of a zlib stream's private handle that this module uses: not public API, but the same in Deno, Bun and
 * Node. `selfTest` finds out whether it is there.
 */
interface ZlibHandle {
  /** Synchronous; what is left of input and output comes in the stream's `_writeState`. */
  writeSync(
    flush: number,
    input: Uint8Array,
    inputStart: number,
    inputLength: number,
    output: Uint8Array,
    outputStart: number,
    outputLength: number,
  ): void;
  reset(): void;
  close(): void;
  /** Called from within `writeSync` when that fails. */
  onerror: (message: string, errno: number, code?: string) => void;
}

/** A stream of `node:zlib` with the private fields that this module uses. */
export interface ZlibInternals {
  readonly _handle: ZlibHandle;
  /** Left by `writeSync`: room in the output, then bytes of the input. */
  readonly _writeState: Uint32Array;
}

const Z_SYNC_FLUSH = 2;

/** A raw stream of the runtime's zlib, driven synchronously past its stream interface. */
export class ZlibStream implements DeflateStream {
  consumed = 0;
  produced = 0;

  readonly #left: Uint32Array;
  #handle: ZlibHandle | undefined;
  #failure: string | undefined;

  /** Takes the stream's handle over: nobody else may use the stream. */
  constructor({ _handle, _writeState }: ZlibInternals) {
    this.#handle = _handle;
    this.#left = _writeState;
    _handle.onerror = (message) => this.#failure = message;
  }

  write(
    input: Uint8Array,
    start: number,
    end: number,
    output: Uint8Array,
    outputStart: number,
    outputEnd: number,
  ): void {
    const left = this.#left;
    const inputLength = end - start;
    const room = outputEnd - outputStart;
    this.#open.writeSync(Z_SYNC_FLUSH, input, start, inputLength, output, outputStart, room);
    if (this.#failure !== undefined) throw new Error(this.#failure);
    this.consumed = inputLength - left[1];
    this.produced = room - left[0];
  }

  reset(): void {
    this.#open.reset();
  }

  close(): void {
    this.#handle?.close();
    this.#handle = undefined;
  }

  /** Node aborts the process when a handle is used that has been closed. */
  get #open(): ZlibHandle {
    if (this.#handle === undefined) throw new Error("the zlib stream has been closed");
    return this.#handle;
  }
}
