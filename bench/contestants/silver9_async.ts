import { AsyncClient, type AsyncOptions, type WebSocketEvent } from "../../mod.ts";
import type { Connect, Connection, Receiver } from "./contestant.ts";
import { tlsOptions } from "./silver9.ts";

/** Events taken before the event loop gets its turn. */
const AT_ONCE = 1024;

/** This library's async client, whose events the event loop waits for. */
export const async: Connect = (url, receiver) => connectWith(url, receiver, { consume: onEventLoop });

/** The same when all threads poll, and this one takes the events without its event loop. */
export const asyncPolling: Connect = (url, receiver) =>
  connectWith(url, receiver, { consume: blocking, spinWaitDuration: null });

/** How events are taken: to the end, or until the client is left. */
type Consume = (client: AsyncClient, take: (event: WebSocketEvent) => void) => Promise<void>;

async function connectWith(
  url: string,
  receiver: Receiver,
  { consume, ...options }: AsyncOptions & { consume: Consume },
): Promise<Connection> {
  const client = await AsyncClient.connect(url, { ...tlsOptions(url), ...options });
  client.run();
  void consume(client, taker(receiver));
  return new AsyncConnection(client);
}

async function onEventLoop({ events }: AsyncClient, take: (event: WebSocketEvent) => void): Promise<void> {
  for (let event; (event = await events.receive()) !== null;) {
    take(event);
    for (let taken = 1; taken < AT_ONCE && (event = events.tryReceive()); taken++) take(event);
  }
}

async function blocking({ events }: AsyncClient, take: (event: WebSocketEvent) => void): Promise<void> {
  // Not within the call that connects.
  await new Promise<void>((resolve) => setTimeout(resolve));
  for (let event; (event = events.receiveSync());) take(event);
}

function taker(receiver: Receiver): (event: WebSocketEvent) => void {
  return (event) => {
    if (event.type === "binary" || event.type === "text") {
      if (receiver.wants === "arrival") receiver.onMessage();
      else if (receiver.wants === "bytes") receiver.onMessage(event.data as Uint8Array, 0, event.data.length);
      else receiver.onMessage(event.data as string);
    }
  };
}

class AsyncConnection implements Connection {
  readonly #client: AsyncClient;
  #sending: Promise<unknown> = Promise.resolve();

  constructor(client: AsyncClient) {
    this.#client = client;
  }

  get bufferedAmount(): number {
    return this.#client.bufferedAmount;
  }

  send(data: Uint8Array): void {
    this.#sending = this.#client.control.sendBinary(data);
  }

  sendMany(data: Uint8Array, count: number): void {
    for (let i = 0; i < count; i++) this.send(data);
  }

  sendText(text: string): void {
    this.#sending = this.#client.control.sendText(text);
  }

  async drained(): Promise<void> {
    await this.#sending;
  }

  leave(): void {
    this.#client.control.forceQuit();
  }
}
