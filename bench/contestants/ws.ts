import type { Socket } from "node:net";
import { setImmediate as turn } from "node:timers/promises";
import { WebSocket } from "ws";
import { type Connection, HIGH_WATER_MARK, type Receiver } from "./contestant.ts";

/** `ws` from npm; in Bun that name is Bun's own replacement. */
export function connect(url: string, receiver: Receiver): Promise<Connection> {
  const { promise, resolve, reject } = Promise.withResolvers<Connection>();
  const client = new WebSocket(url, { perMessageDeflate: false });
  let socket: Socket | undefined;
  client.binaryType = "nodebuffer";
  client.on("message", messageListener(receiver));
  client.on("error", reject);
  client.on("upgrade", (response) => socket = response.socket);
  client.on("open", () => resolve(new WsConnection(client, socket)));
  return promise;
}

function messageListener(receiver: Receiver): (data: WebSocket.RawData) => void {
  switch (receiver.wants) {
    case "arrival":
      return () => receiver.onMessage();
    case "bytes":
      return (data) => receiver.onMessage(data as Buffer, 0, (data as Buffer).length);
    case "text":
      return (data) => receiver.onMessage((data as Buffer).toString());
  }
}

class WsConnection implements Connection {
  readonly #client: WebSocket;
  /** Where the library hands it out: what is written between `cork` and `uncork` leaves together. */
  readonly #socket: Socket | undefined;

  constructor(client: WebSocket, socket: Socket | undefined) {
    this.#client = client;
    this.#socket = socket;
  }

  get bufferedAmount(): number {
    return this.#client.bufferedAmount;
  }

  send(data: Uint8Array): void {
    this.#client.send(data);
  }

  sendMany(data: Uint8Array, count: number): void {
    this.#socket?.cork?.();
    for (let i = 0; i < count; i++) this.#client.send(data);
    this.#socket?.uncork?.();
  }

  sendText(text: string): void {
    this.#client.send(text);
  }

  close(): void {
    this.#client.close();
  }

  async drained(): Promise<void> {
    while (this.#client.bufferedAmount > HIGH_WATER_MARK) await turn();
  }
}
