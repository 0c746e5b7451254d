import type { Payload } from "../core/payload.ts";
import type { Connection } from "../driver/connection.ts";
import type { Handler } from "../driver/handler.ts";

/** A message, as a stream's chunk: a text, or bytes. */
export type Message = string | Uint8Array<ArrayBuffer>;

/**
 * Messages that may come in, in bytes, while the closing handshake waits for the server's Close behind them: they shall
 * not hold it up when nobody reads any more.
 */
const CLOSING_ROOM = 1 << 20;

/**
 * The readable half of a {@linkcode WebSocketStream}. One message is kept ready; as long as nobody takes it the socket is
 * not read, and TCP slows the server down.
 */
export class MessageSource {
  readonly readable: ReadableStream<Message>;

  readonly #connection: Connection<undefined>;
  #controller!: ReadableStreamDefaultController<Message>;
  /** Bytes beyond the first message that are taken in although nobody asks for them. */
  #room = 0;
  #paused = false;
  #over = false;

  /** `onCancel` gets the reason; it must begin the closing handshake. */
  constructor(connection: Connection<undefined>, onCancel: (reason: unknown) => void) {
    this.#connection = connection;
    this.readable = new ReadableStream({
      start: (controller) => {
        this.#controller = controller;
      },
      pull: () => this.#resume(),
      cancel: (reason) => {
        // What still comes is dropped, up to the server's Close.
        this.#over = true;
        onCancel(reason);
      },
    }, { highWaterMark: 1, size: sizeOf });
  }

  /** What takes messages off the connection. */
  readonly handler: Handler<undefined> = {
    onTextMessage: (_, message: Payload) => this.#take(message.text),
    onBinaryMessage: (_, message: Payload) => this.#take(message.copy()),
  };

  /** The closing handshake has begun here. */
  closing(): void {
    this.#room = CLOSING_ROOM;
    if (this.#hasRoom) this.#resume();
  }

  /** The connection has ended; what was not taken yet can still be read. */
  close(): void {
    if (!this.#over) this.#controller.close();
    this.#over = true;
  }

  /** The connection has failed. */
  fail(error: unknown): void {
    if (!this.#over) this.#controller.error(error);
    this.#over = true;
  }

  get #hasRoom(): boolean {
    // One, less the bytes that wait; nothing waits any more when the stream has been given up.
    return this.#controller.desiredSize! > -this.#room;
  }

  #take(message: Message): void {
    if (this.#over) return;
    this.#controller.enqueue(message);
    if (this.#hasRoom) return;
    this.#paused = true;
    this.#connection.pause();
  }

  #resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#connection.resume();
  }
}

/** An empty message fills the place of one, too. */
function sizeOf({ length }: Message): number {
  return Math.max(length, 1);
}
