import { EVENT_KIND, isPart } from "../channel/event_codec.ts";
import type { CloseInfo } from "../core/close_info.ts";
import { Ending } from "../driver/ending.ts";
import type { Handler } from "../driver/handler.ts";
import type { BlockingClient } from "./blocking.ts";
import type { BlockingEngine } from "./blocking_engine.ts";
import type { Received } from "./received.ts";

/** One `run` of a blocking client: makes callbacks of the events that its engine receives. */
export class BlockingRun {
  #over = false;
  readonly #engine: BlockingEngine;
  readonly #handler: Handler<BlockingClient>;
  readonly #client: BlockingClient;
  // The connection tells of it.
  readonly #ending = new Ending<BlockingClient>();

  constructor(engine: BlockingEngine, handler: Handler<BlockingClient>, client: BlockingClient) {
    this.#engine = engine;
    this.#handler = handler;
    this.#client = client;
    this.#ending.forgiving = engine.forgiving;
  }

  /** Makes turns until the last event has come. Answers, or throws, what `run` does. */
  toTheEnd(readTimeout: number): CloseInfo {
    this.#guard(() => this.#handler.onActivated?.(this.#client));
    while (!this.#over) this.#turn(readTimeout);
    const close = this.#engine.closeInfo();
    // A thread that has died in the middle of a message could not be told of by an event.
    if (close.error?.phase === "thread") this.#ending.fail(close.error);
    const { error } = this.#ending;
    return this.#ending.finish(
      this.#handler,
      this.#client,
      error === undefined ? close : { ...close, error },
    );
  }

  #turn(readTimeout: number): void {
    this.#guard(() => this.#handler.onPoll?.(this.#client));
    const received = this.#engine.receive(readTimeout);
    if (received === undefined) this.#guard(() => this.#handler.onIdle?.(this.#client));
    else if (received === null) this.#over = true;
    else this.#dispatch(received);
  }

  #dispatch(received: Received): void {
    const handler = this.#handler;
    const client = this.#client;
    switch (received.kind) {
      case EVENT_KIND.text:
        return this.#guard(() => handler.onTextMessage?.(client, received.payload));
      case EVENT_KIND.binary:
        return this.#guard(() => handler.onBinaryMessage?.(client, received.payload));
      case EVENT_KIND.ping:
        return this.#guard(() => handler.onPing?.(client, received.payload));
      case EVENT_KIND.pong:
        return this.#guard(() => handler.onPong?.(client, received.payload));
      case EVENT_KIND.quit:
        this.#over = true;
        return;
    }
    if (isPart(received.kind)) return this.#guard(() => handler.onMessagePart?.(client, received.part));
    const { event } = received;
    if (event.type !== "error") return;
    this.#ending.fail(event.error);
    this.#ending.report(handler, client);
  }

  /** A callback that throws ends the client; so does `forceQuit` for the callbacks that would follow. */
  #guard(callback: () => void): void {
    if (this.#engine.forced) this.#ending.forced = true;
    if (this.#ending.silent) return;
    try {
      callback();
    } catch (value) {
      this.#ending.thrown = { value };
      this.#client.forceQuit();
    }
  }
}
