import { CloseCode } from "../core/close_code.ts";
import type { CloseInfo } from "../core/close_info.ts";
import type { WebSocketError } from "../core/errors.ts";
import type { Handler } from "./handler.ts";
import type { ConnectionLog } from "./logger.ts";

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

  readonly #log: ConnectionLog;
  #error: WebSocketError | undefined;
  #errorReported = false;

  constructor(log: ConnectionLog) {
    this.#log = log;
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
  finish(handler: Handler<Client>, client: Client, close: CloseInfo): CloseInfo {
    this.#logEnd(close);
    if (this.#error !== undefined) {
      this.report(handler, client);
    } else if (!this.silent) {
      this.#call(() => handler.onConnectionClosed?.(client, close));
    }
    this.#call(() => handler.onQuit?.(client));
    if (this.thrown !== undefined) throw this.thrown.value;
    if (this.forced) return { code: CloseCode.Abnormal, reason: "", wasClean: false, initiator: "local" };
    if (this.#error !== undefined && handler.onError === undefined && !this.forgiving) throw this.#error;
    return close;
  }

  #call(callback: () => void): void {
    try {
      callback();
    } catch (value) {
      this.thrown ??= { value };
    }
  }

  #logEnd(close: CloseInfo): void {
    if (this.thrown !== undefined) this.#log.error("ended: a callback threw");
    else if (this.forced) this.#log.info("ended by forceQuit");
    else if (this.#error !== undefined) {
      this.#log.error(`failed: ${this.#error.code}: ${this.#error.message}`);
    } else if (close.wasClean) this.#log.info(`closed by ${close.initiator}: ${close.code}`);
    else this.#log.warn(`lost: ${close.code}${close.error === undefined ? "" : `: ${close.error.message}`}`);
  }
}
