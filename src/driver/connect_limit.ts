import type { WebSocketError } from "../core/errors.ts";

/** What a {@linkcode ConnectLimit} ends an attempt with. */
export interface ConnectLimitErrors {
  tooLate(): WebSocketError;
  aborted(): WebSocketError;
}

/** The limit on the whole of connecting on an event loop: a time, and the program's own signal. */
export class ConnectLimit {
  /** Called when an attempt is ended, beside `signal`, by whoever is at work: a listener of its own costs more. */
  onEnd: ((error: WebSocketError) => void) | undefined;

  readonly #controller = new AbortController();
  readonly #timer: ReturnType<typeof setTimeout>;
  readonly #userSignal: AbortSignal | undefined;
  readonly #onAbort: (() => void) | undefined;

  constructor(timeout: number, userSignal: AbortSignal | undefined, errors: ConnectLimitErrors) {
    this.#timer = setTimeout(() => this.#end(errors.tooLate()), timeout);
    if (userSignal === undefined) return;
    this.#userSignal = userSignal;
    this.#onAbort = () => this.#end(errors.aborted());
    if (userSignal.aborted) this.#onAbort();
    else userSignal.addEventListener("abort", this.#onAbort, { once: true });
  }

  /** Aborted with a `WebSocketError` as its reason. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  clear(): void {
    clearTimeout(this.#timer);
    if (this.#onAbort !== undefined) this.#userSignal?.removeEventListener("abort", this.#onAbort);
  }

  #end(error: WebSocketError): void {
    this.#controller.abort(error);
    this.onEnd?.(error);
  }
}
