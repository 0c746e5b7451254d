import { WebSocketError } from "../core/errors.ts";
import type { Connection } from "../driver/connection.ts";
import type { CloseArguments } from "./close_arguments.ts";

/** What can be written: a text message, or a binary one. */
export type OutgoingMessage = string | BufferSource;

/** What a {@linkcode MessageSink} asks of its stream. */
export interface MessageSinkEvents {
  /** The writable half was closed: close the connection. */
  onClose(close: CloseArguments): void;
  /** The writable half was aborted, with this reason. */
  onAbort(reason: unknown): void;
}

/** The writable half of a {@linkcode WebSocketStream}: a write is done when the backlog is below the high-water mark. */
export class MessageSink {
  readonly writable: WritableStream<OutgoingMessage>;

  readonly #connection: Connection<undefined>;
  #controller!: WritableStreamDefaultController;
  /** The write that waits for the backlog, or the close that waits for the end. */
  #pending: PromiseWithResolvers<void> | undefined;
  #closing = false;

  constructor(connection: Connection<undefined>, events: MessageSinkEvents) {
    this.#connection = connection;
    this.writable = new WritableStream({
      start: (controller) => {
        this.#controller = controller;
        // Aborting waits for the write that is under way, which may wait for a peer that does not read.
        const { signal } = controller;
        signal.addEventListener("abort", () => this.#pending?.reject(signal.reason), { once: true });
      },
      write: (message) => this.#write(message),
      close: () => {
        this.#closing = true;
        events.onClose({ code: undefined, reason: "" });
        return this.#wait();
      },
      abort: (reason) => events.onAbort(reason),
    });
  }

  /** The backlog is below the high-water mark. */
  drained(): void {
    if (!this.#closing) this.#pending?.resolve();
  }

  /** The connection has ended: with an error, or as the writable half asked, or otherwise. */
  end(error: WebSocketError | undefined): void {
    if (error === undefined && this.#closing) return this.#pending?.resolve();
    const failure = error ?? new WebSocketError("ConnectionClosed", "the connection is closed");
    this.#pending?.reject(failure);
    this.#controller.error(failure);
  }

  #write(message: OutgoingMessage): Promise<void> | undefined {
    const { sending } = this.#connection;
    const data = dataOf(message);
    try {
      const below = typeof data === "string" ? sending.text(data) : sending.binary(data);
      return below ? undefined : this.#wait();
    } catch (error) {
      // A message that is too large for `maxBufferedAmount`; the stream is of no use any more.
      if (error instanceof WebSocketError && error.code !== "ConnectionClosed") {
        this.#connection.giveUp(error);
      }
      throw error;
    }
  }

  #wait(): Promise<void> {
    this.#pending = Promise.withResolvers();
    return this.#pending.promise;
  }
}

/** Bytes are bytes; all else is converted to a string, as the platform does it. */
function dataOf(message: OutgoingMessage): string | Uint8Array {
  if (typeof message === "string" || message instanceof Uint8Array) return message;
  if (ArrayBuffer.isView(message)) {
    return new Uint8Array(message.buffer, message.byteOffset, message.byteLength);
  }
  if (message instanceof ArrayBuffer) return new Uint8Array(message);
  return String(message);
}
