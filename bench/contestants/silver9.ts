import { readFileSync } from "node:fs";
import process from "node:process";
import { NonBlockingClient, type NonBlockingOptions } from "../../mod.ts";
import type { Handler } from "../../src/driver/handler.ts";
import type { Connection, Receiver } from "./contestant.ts";

/** What is used here of any client of this library. */
interface Sending {
  readonly bufferedAmount: number;
  sendBinary(data: Uint8Array): boolean;
  sendText(text: string): boolean;
  cork(fn: () => void): void;
  close(): void;
  forceQuit(): void;
}

/** What is wanted, and perhaps a view where the bytes could be looked at in place. */
type Wishes = Receiver | (Omit<Extract<Receiver, { wants: "bytes" }>, "wants"> & { readonly wants: "view" });

/** This library's non-blocking client, woken by readiness. */
export function connect(url: string, receiver: Receiver): Promise<Connection> {
  return connectWith(url, receiver);
}

/** The same where a view of each payload is asked for. */
export function viewing(url: string, receiver: Receiver): Promise<Connection> {
  return connectWith(url, receiver.wants === "bytes" ? { ...receiver, wants: "view" } : receiver);
}

/** The same with options. */
export async function connectWith(
  url: string,
  receiver: Wishes,
  options: NonBlockingOptions = {},
): Promise<Connection> {
  const client = await NonBlockingClient.connect(url, { ...tlsOptions(url), ...options });
  return new Silver9Connection(client, receiver, (handler) => void client.run(handler));
}

/** Trust in the benchmark server: the peers read that variable by themselves, or another of the same content. */
const caFile = process.env.NODE_EXTRA_CA_CERTS;
const trusting = caFile === undefined ? {} : { tls: { caCerts: [readFileSync(caFile, "utf8")] } };

/** The options that a server over TLS needs. */
export function tlsOptions(url: string): Pick<NonBlockingOptions, "tls"> {
  return url.startsWith("wss:") ? trusting : {};
}

function messageHandler<Client>(receiver: Wishes): Handler<Client> {
  switch (receiver.wants) {
    case "arrival":
      return { onTextMessage: () => receiver.onMessage(), onBinaryMessage: () => receiver.onMessage() };
    case "bytes":
      return {
        onBinaryMessage: (_client, { source, start, byteLength }) =>
          receiver.onMessage(source, start, start + byteLength),
      };
    case "view":
      return { onBinaryMessage: (_client, { bytes }) => receiver.onMessage(bytes, 0, bytes.length) };
    case "text":
      return { onTextMessage: (_client, message) => receiver.onMessage(message.text) };
  }
}

/** A client of this library that `run` starts with a handler. */
export class Silver9Connection<Client extends Sending> implements Connection {
  readonly #client: Client;
  /** The last send said that the backlog is above the high-water mark. */
  #full = false;
  #onDrain = (): void => {};

  constructor(client: Client, receiver: Wishes, run: (handler: Handler<Client>) => void) {
    this.#client = client;
    const handler = messageHandler<Client>(receiver);
    handler.onDrain = () => {
      this.#full = false;
      this.#onDrain();
    };
    run(handler);
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

  close(): void {
    this.#client.close();
  }

  leave(): void {
    this.#client.forceQuit();
  }
}
