import { NonBlockingClient, type NonBlockingOptions } from "../../mod.ts";
import type { Connection, Receiver } from "./contestant.ts";

type ClientHandler = Parameters<NonBlockingClient["run"]>[0];

/** This library's non-blocking client, woken by readiness. */
export function connect(url: string, receiver: Receiver): Promise<Connection> {
  return connectWith(url, receiver);
}

/** The same with options. */
export async function connectWith(
  url: string,
  receiver: Receiver,
  options: NonBlockingOptions = {},
): Promise<Connection> {
  const client = await NonBlockingClient.connect(url, options);
  return new Silver9Connection(client, receiver);
}

function messageHandler(receiver: Receiver): ClientHandler {
  switch (receiver.wants) {
    case "arrival":
      return { onTextMessage: () => receiver.onMessage(), onBinaryMessage: () => receiver.onMessage() };
    case "bytes":
      return { onBinaryMessage: (_client, message) => receiver.onMessage(message.bytes) };
    case "text":
      return { onTextMessage: (_client, message) => receiver.onMessage(message.text) };
  }
}

class Silver9Connection implements Connection {
  readonly #client: NonBlockingClient;
  /** The last send said that the backlog is above the high-water mark. */
  #full = false;
  #onDrain = (): void => {};

  constructor(client: NonBlockingClient, receiver: Receiver) {
    this.#client = client;
    const handler = messageHandler(receiver);
    handler.onDrain = () => {
      this.#full = false;
      this.#onDrain();
    };
    client.run(handler);
  }

  get bufferedAmount(): number {
    return this.#client.bufferedAmount;
  }

  send(data: Uint8Array): void {
    if (!this.#client.sendBinary(data)) this.#full = true;
  }

  sendMany(data: Uint8Array, count: number): void {
    const client = this.#client;
    client.cork(() => {
      for (let i = 0; i < count; i++) {
        if (!client.sendBinary(data)) this.#full = true;
      }
    });
  }

  sendText(text: string): void {
    this.#client.sendText(text);
  }

  drained(): Promise<void> {
    if (!this.#full) return Promise.resolve();
    return new Promise((resolve) => this.#onDrain = resolve);
  }
}
