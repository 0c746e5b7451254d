import { setImmediate as turn } from "node:timers/promises";
import { type Connection, HIGH_WATER_MARK, type Receiver } from "./contestant.ts";

/** What the WHATWG interface has in common wherever it is implemented. */
interface WebSocketLike {
  binaryType: string;
  readonly bufferedAmount: number;
  onopen: unknown;
  onerror: unknown;
  onmessage: unknown;
  send(data: Uint8Array<ArrayBuffer> | string): void;
  close(): void;
}

/** A client of the WHATWG interface. */
export interface WebSocketKind {
  readonly Client: new (url: string) => WebSocketLike;
  /** `nodebuffer`, which only some have, hands over a view where `arraybuffer` copies. */
  readonly binaryType: "arraybuffer" | "nodebuffer";
}

/** Connects any client of the WHATWG interface. */
export function connectWebSocket(
  url: string,
  receiver: Receiver,
  { Client, binaryType }: WebSocketKind,
): Promise<Connection> {
  const { promise, resolve, reject } = Promise.withResolvers<Connection>();
  const socket = new Client(url);
  socket.binaryType = binaryType;
  socket.onmessage = messageListener(receiver, binaryType);
  socket.onerror = () => reject(new Error(`Cannot connect: ${url}`));
  socket.onopen = () => resolve(new WebSocketConnection(socket));
  return promise;
}

function messageListener(
  receiver: Receiver,
  binaryType: WebSocketKind["binaryType"],
): (event: MessageEvent) => void {
  switch (receiver.wants) {
    case "arrival":
      return () => receiver.onMessage();
    case "bytes":
      return binaryType === "nodebuffer"
        ? ({ data }) => receiver.onMessage(data as Uint8Array, 0, (data as Uint8Array).length)
        : ({ data }) =>
          receiver.onMessage(new Uint8Array(data as ArrayBuffer), 0, (data as ArrayBuffer).byteLength);
    case "text":
      return (event) => receiver.onMessage(event.data as string);
  }
}

class WebSocketConnection implements Connection {
  readonly #socket: WebSocketLike;

  constructor(socket: WebSocketLike) {
    this.#socket = socket;
  }

  get bufferedAmount(): number {
    return this.#socket.bufferedAmount;
  }

  send(data: Uint8Array<ArrayBuffer>): void {
    this.#socket.send(data);
  }

  sendMany(data: Uint8Array<ArrayBuffer>, count: number): void {
    for (let i = 0; i < count; i++) this.#socket.send(data);
  }

  sendText(text: string): void {
    this.#socket.send(text);
  }

  close(): void {
    this.#socket.close();
  }

  async drained(): Promise<void> {
    // The interface has no event for it.
    while (this.#socket.bufferedAmount > HIGH_WATER_MARK) await turn();
  }
}
