import type { CloseInfo } from "../core/close_info.ts";
import type { WebSocketError } from "../core/errors.ts";
import type { MessagePart } from "../core/message_part.ts";
import type { Payload } from "../core/payload.ts";
import type { Handler } from "./handler.ts";

/** Who knows when bytes were received. */
export interface ReceiveTimes {
  /** Of what was read last: milliseconds since the epoch, where known. */
  readonly receivedAt: number | undefined;
}

/**
 * A handler whose messages have a receive time, which is told during their callbacks only. Around the handlers of
 * connections that asked for it, so that others have nothing of it in their way.
 */
export class TimedHandler<Client> implements Handler<Client>, ReceiveTimes {
  readonly #handler: Handler<Client>;
  readonly #times: ReceiveTimes;
  #inMessage = false;

  constructor(handler: Handler<Client>, times: ReceiveTimes) {
    this.#handler = handler;
    this.#times = times;
  }

  get receivedAt(): number | undefined {
    return this.#inMessage ? this.#times.receivedAt : undefined;
  }

  onTextMessage(client: Client, message: Payload): void {
    this.#inMessage = true;
    try {
      this.#handler.onTextMessage?.(client, message);
    } finally {
      this.#inMessage = false;
    }
  }

  onBinaryMessage(client: Client, message: Payload): void {
    this.#inMessage = true;
    try {
      this.#handler.onBinaryMessage?.(client, message);
    } finally {
      this.#inMessage = false;
    }
  }

  onMessagePart(client: Client, part: MessagePart): void {
    this.#inMessage = true;
    try {
      this.#handler.onMessagePart?.(client, part);
    } finally {
      this.#inMessage = false;
    }
  }

  onPing(client: Client, payload: Payload): void {
    this.#inMessage = true;
    try {
      this.#handler.onPing?.(client, payload);
    } finally {
      this.#inMessage = false;
    }
  }

  onPong(client: Client, payload: Payload): void {
    this.#inMessage = true;
    try {
      this.#handler.onPong?.(client, payload);
    } finally {
      this.#inMessage = false;
    }
  }

  onActivated(client: Client): void {
    this.#handler.onActivated?.(client);
  }

  onPoll(client: Client): void {
    this.#handler.onPoll?.(client);
  }

  onIdle(client: Client): void {
    this.#handler.onIdle?.(client);
  }

  onDrain(client: Client): void {
    this.#handler.onDrain?.(client);
  }

  onConnectionClosed(client: Client, close: CloseInfo): void {
    this.#handler.onConnectionClosed?.(client, close);
  }

  /** There only where the handler has one: without it, `run` fails. */
  get onError(): ((client: Client, error: WebSocketError) => void) | undefined {
    return this.#handler.onError?.bind(this.#handler);
  }

  onQuit(client: Client): void {
    this.#handler.onQuit?.(client);
  }
}
