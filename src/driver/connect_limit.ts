import type { WebSocketError } from "../core/errors.ts";

/** What a {@linkcode ConnectLimit} ends an attempt with. */
export interface ConnectLimitErrors {
  tooLate(): WebSocketError;
  aborted(): WebSocketError;
}

/** The limit on the whole of connecting on an event loop: a time, and the program's own signal. */
export class ConnectLimit {
  readonly #controller = new AbortController();
  readonly #timer: ReturnType<typeof setTimeout>;
  readonly #signal: AbortSignal | undefined;
  readonly #onAbort: () => void;

  constructor(timeout: number, signal: AbortSignal | undefined, errors: ConnectLimitErrors) {
    this.#signal = signal;
    this.#onAbort = () => this.#controller.abort(errors.aborted());
    this.#timer = setTimeout(() => this.#controller.abort(errors.tooLate()), timeout);
    if (signal?.aborted) this.#onAbort();
    else signal?.addEventListener("abort", this.#onAbort, { once: true });
  }

  /** Aborted with a `WebSocketError` as its reason. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.#signal?.removeEventListener("abort", this.#onAbort);
  }
}
