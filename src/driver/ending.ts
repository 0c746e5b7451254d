import { CloseCode } from "../core/close_code.ts";
import type { CloseInfo } from "../core/close_info.ts";
import type { WebSocketError } from "../core/errors.ts";
import type { Handler } from "./handler.ts";
import type { ConnectionObserver } from "./observer.ts";

const FORCED: CloseInfo = { code: CloseCode.Abnormal, reason: "", wasClean: false, initiator: "local" };

/**
 * How a connection ends: gathers why, tells the handler in the promised order, and settles what `run` answers.
 * The first reason wins.
 */
export class Ending<Client> {
  /** Leave at once, without a callback but `onQuit`. */
  forced = false;
  /** What a callback threw, in a box since anything may be thrown. */
  thrown: { readonly value: unknown } | undefined;
  /** `run` answers how it ended, where it would fail because the handler has no `onError`. */
  forgiving = false;

  readonly #observer: ConnectionObserver | undefined;
  #error: WebSocketError | undefined;
  #errorReported = false;

  /** `observer` is told of the end. */
  constructor(observer?: ConnectionObserver) {
    this.#observer = observer;
  }

  /** Why this side ended the connection, if it did. */
  get error(): WebSocketError | undefined {
    return this.#error;
  }

  /** Whether no callback but `onQuit` may follow. */
  get silent(): boolean {
    return this.forced || this.thrown !== undefined || this.#errorReported;
  }

  /** This side ends the connection because of `error`. */
  fail(error: WebSocketError): void {
    this.#error ??= error;
  }

  /** Tells the handler of the failure as soon as there is one, ahead of the end. */
  report(handler: Handler<Client>, client: Client): void {
    if (this.#error === undefined || this.silent) return;
    this.#errorReported = true;
    this.#call(() => handler.onError?.(client, this.#error!));
  }

  /**
   * The stream is gone: the last callbacks. Answers what `run` answers, or throws what it fails with.
   */
  finish(handler: Handler<Client>, client: Client, info: CloseInfo): CloseInfo {
    const close = this.forced ? FORCED : info;
    const threw = this.thrown !== undefined;
    this.#observer?.ended({ close, error: this.#error, forced: this.forced, threw });
    if (this.#error !== undefined) {
      this.report(handler, client);
    } else if (!this.silent) {
      this.#call(() => handler.onConnectionClosed?.(client, close));
    }
    this.#call(() => handler.onQuit?.(client));
    if (this.thrown !== undefined) throw this.thrown.value;
    const failed = this.#error !== undefined && !this.forced;
    if (failed && handler.onError === undefined && !this.forgiving) throw this.#error;
    return close;
  }

  #call(callback: () => void): void {
    try {
      callback();
    } catch (value) {
      this.thrown ??= { value };
    }
  }
}
