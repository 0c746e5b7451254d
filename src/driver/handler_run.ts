import type { CloseInfo } from "../core/close_info.ts";
import { WebSocketError } from "../core/errors.ts";
import type { Ending } from "./ending.ts";
import type { Handler } from "./handler.ts";

/** What a {@linkcode HandlerRun} is made of. */
export interface HandlerRunParts<Client> {
  readonly client: Client;
  readonly ending: Ending<Client>;
  /** A callback threw. */
  onThrow(value: unknown): void;
}

/** What `run` does with a handler, beside handing messages over: its first and last callbacks, and what comes of it. */
export class HandlerRun<Client> {
  /** `onActivated` is under way. */
  isActivating = false;

  readonly #handler: Handler<Client>;
  readonly #parts: HandlerRunParts<Client>;
  readonly #result = Promise.withResolvers<CloseInfo>();
  #outcome: (() => CloseInfo) | undefined;

  constructor(handler: Handler<Client>, parts: HandlerRunParts<Client>) {
    this.#handler = handler;
    this.#parts = parts;
  }

  /** What `run` answers. */
  get result(): Promise<CloseInfo> {
    return this.#result.promise;
  }

  /** What the promise has settled to, once finished: returns or throws. */
  outcome(): CloseInfo {
    return this.#outcome!();
  }

  /** Resolves when it is settled, one way or the other. */
  whenSettled(): Promise<void> {
    const over = (): void => {};
    return this.#result.promise.then(over, over);
  }

  /** A connection that has `ended` before it ran says so by its end: that a send came too late for it says less. */
  activate(ended: boolean): void {
    this.isActivating = true;
    this.#guard(() => {
      try {
        this.#handler.onActivated?.(this.#parts.client);
      } catch (value) {
        if (!ended || !(value instanceof WebSocketError) || value.code !== "ConnectionClosed") throw value;
      }
    });
    this.isActivating = false;
  }

  drain(): void {
    this.#guard(() => this.#handler.onDrain?.(this.#parts.client));
  }

  /** Tells the handler of the failure, ahead of the end. */
  report(): void {
    const { ending, client } = this.#parts;
    ending.report(this.#handler, client);
  }

  /** The stream is gone: the last callbacks. */
  finish(close: CloseInfo): void {
    const { ending, client } = this.#parts;
    try {
      const answer = ending.finish(this.#handler, client, close);
      this.#outcome = () => answer;
      this.#result.resolve(answer);
    } catch (error) {
      this.#outcome = () => {
        throw error;
      };
      this.#result.reject(error);
    }
  }

  #guard(callback: () => void): void {
    const { ending, onThrow } = this.#parts;
    if (ending.silent) return;
    try {
      callback();
    } catch (value) {
      onThrow(value);
    }
  }
}
