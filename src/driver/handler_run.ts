import type { CloseInfo } from "../core/close_info.ts";
import { WebSocketError } from "../core/errors.ts";
import type { Ending } from "./ending.ts";
import type { Handler } from "./handler.ts";

/** What a {@linkcode HandlerRun} is made of. */
export interface HandlerRunParts<Client> {
  readonly client: Client;
  readonly ending: Ending<Client>;
  readonly owner: HandlerRunOwner;
}

/** Who is told by a {@linkcode HandlerRun}. */
export interface HandlerRunOwner {
  /** A callback threw. */
  onThrow(value: unknown): void;
}

/** What `run` does with a handler, beside handing messages over: its first and last callbacks, and what comes of it. */
export class HandlerRun<Client> {
  /** `onActivated` is under way. */
  isActivating = false;

  readonly #handler: Handler<Client>;
  readonly #client: Client;
  readonly #ending: Ending<Client>;
  readonly #owner: HandlerRunOwner;
  readonly #result = Promise.withResolvers<CloseInfo>();
  #outcome: (() => CloseInfo) | undefined;

  constructor(handler: Handler<Client>, { client, ending, owner }: HandlerRunParts<Client>) {
    this.#handler = handler;
    this.#client = client;
    this.#ending = ending;
    this.#owner = owner;
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
        this.#handler.onActivated?.(this.#client);
      } catch (value) {
        if (!ended || !(value instanceof WebSocketError) || value.code !== "ConnectionClosed") throw value;
      }
    });
    this.isActivating = false;
  }

  /** The backlog is small again. */
  drain(): void {
    this.#guard(() => this.#handler.onDrain?.(this.#client));
  }

  /** Tells the handler of the failure, ahead of the end. */
  report(): void {
    this.#ending.report(this.#handler, this.#client);
  }

  /** The stream is gone: the last callbacks. */
  finish(close: CloseInfo): void {
    try {
      const answer = this.#ending.finish(this.#handler, this.#client, close);
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
    if (this.#ending.silent) return;
    try {
      callback();
    } catch (value) {
      this.#owner.onThrow(value);
    }
  }
}
