import { EVENT_KIND } from "../channel/event_codec.ts";
import { CloseCode } from "../core/close_code.ts";
import type { CloseInfo } from "../core/close_info.ts";
import { Ending } from "../driver/ending.ts";
import type { Handler } from "../driver/handler.ts";
import { ConnectionLog } from "../driver/logger.ts";
import type { BlockingClient } from "./blocking.ts";
import type { Received } from "./received.ts";

/** How a connection ends for which no `closed` came. */
const LOST: CloseInfo = { code: CloseCode.Abnormal, reason: "", wasClean: false, initiator: "none" };

/** One `run` of a blocking client: makes callbacks of what the channel brings. */
export class BlockingRun {
  #over = false;
  readonly #handler: Handler<BlockingClient>;
  readonly #client: BlockingClient;
  // The connection's own thread writes the log.
  readonly #ending = new Ending<BlockingClient>(new ConnectionLog(undefined));
  #close = LOST;

  constructor(handler: Handler<BlockingClient>, client: BlockingClient) {
    this.#handler = handler;
    this.#client = client;
    this.#guard(() => handler.onActivated?.(client));
  }

  /** Makes turns until the last event has come; `receive` waits for one. Answers, or throws, what `run` does. */
  toTheEnd(receive: () => Received | undefined | null): CloseInfo {
    while (!this.#over) this.#turn(receive);
    return this.#ending.finish(this.#handler, this.#client, this.#close);
  }

  #turn(receive: () => Received | undefined | null): void {
    this.#guard(() => this.#handler.onPoll?.(this.#client));
    const received = receive();
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
    const { event } = received;
    if (event.type === "closed") {
      this.#close = event.close;
    } else if (event.type === "error") {
      this.#close = { ...LOST, initiator: "local", error: event.error };
      this.#ending.fail(event.error);
      this.#ending.report(handler, client);
    }
  }

  /** A callback that throws ends the client; so does `forceQuit` for the callbacks that would follow. */
  #guard(callback: () => void): void {
    if (this.#ending.silent) return;
    try {
      callback();
    } catch (value) {
      this.#ending.thrown = { value };
      this.#client.forceQuit();
    }
  }
}
