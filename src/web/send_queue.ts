import { Buffer } from "node:buffer";
import { setImmediate } from "node:timers";
import { WebSocketError } from "../core/errors.ts";
import type { Connection } from "../driver/connection.ts";
import type { CloseArguments } from "./close_arguments.ts";

/**
 * The sending half of a {@linkcode WebSocket}: keeps the order when the content of a Blob has to be awaited, and counts
 * `bufferedAmount`.
 */
export class SendQueue {
  #connection: Connection<undefined> | undefined;
  /** What comes behind a Blob, that Blob first. */
  readonly #behindBlob: (string | Uint8Array | Blob | CloseArguments)[] = [];
  /** Bytes of application data that were sent; as of the last look, not less than what waits of them. */
  #amount = 0;
  /** The part of `#amount` that is in `#behindBlob`. */
  #amountBehindBlob = 0;
  /** Bytes of application data that came too late to be sent. */
  #refused = 0;
  /** Whether something was sent since the event loop turned: it counts as waiting, taken by the system or not. */
  #sentThisTurn = false;
  /** Whether the system has not told yet that it has taken everything. */
  #flushing = false;
  #closing = false;
  #over = false;

  /** The connection is open: data can be sent. */
  open(connection: Connection<undefined>): void {
    this.#connection = connection;
    connection.onFlushed = () => this.#flushing = false;
  }

  /** The connection is gone: what has not been sent by now stays in `bufferedAmount`. */
  end(): void {
    // Where the system did not take everything, how much that was cannot be asked any more: the last look counts.
    if (!this.#flushing) this.#update();
    this.#over = true;
    this.#behindBlob.length = 0;
  }

  /**
   * Bytes of application data that have not been sent. Exact when nothing waits, or nothing has been taken yet; in
   * between, up to the size of the frames' headers more.
   */
  get bufferedAmount(): number {
    this.#update();
    return this.#amount + this.#refused;
  }

  /** Sends a message. One that comes too late is counted, and no more. */
  send(data: string | Uint8Array | Blob): void {
    const length = byteLength(data);
    if (this.#over || this.#closing || this.#connection?.state !== "open") {
      this.#refused += length;
      return;
    }
    this.#update();
    this.#amount += length;
    if (this.#behindBlob.length === 0 && !(data instanceof Blob)) return this.#write(data);
    // Whoever sends may change its memory afterwards.
    this.#behindBlob.push(data instanceof Uint8Array ? data.slice() : data);
    this.#amountBehindBlob += length;
    if (this.#behindBlob.length === 1) void this.#awaitBlobs();
  }

  /** Begins the closing handshake, behind everything that has been sent. */
  close(close: CloseArguments): void {
    this.#closing = true;
    if (this.#behindBlob.length > 0) this.#behindBlob.push(close);
    else this.#connection!.close(close.code, close.reason);
  }

  #write(data: string | Uint8Array): void {
    const { sending } = this.#connection!;
    try {
      if (typeof data === "string") sending.text(data);
      else sending.binary(data);
    } catch (error) {
      if (!(error instanceof WebSocketError)) throw error;
      // A full buffer fails the connection, as the standard has it: `send` does not throw for that.
      if (error.code !== "ConnectionClosed") this.#connection!.giveUp(error);
      this.#amount -= byteLength(data);
      this.#refused += byteLength(data);
    }
    this.#flushing = sending.waiting > 0;
    if (this.#sentThisTurn) return;
    this.#sentThisTurn = true;
    setImmediate(this.#onTurn);
  }

  readonly #onTurn = (): void => {
    this.#sentThisTurn = false;
  };

  async #awaitBlobs(): Promise<void> {
    const queue = this.#behindBlob;
    try {
      while (queue.length > 0) {
        const [item] = queue;
        const data = item instanceof Blob ? new Uint8Array(await item.arrayBuffer()) : item;
        if (this.#over) return;
        queue.shift();
        if (typeof data === "string" || data instanceof Uint8Array) {
          this.#amountBehindBlob -= byteLength(data);
          this.#write(data);
        } else {
          this.#connection!.close(data.code, data.reason);
        }
      }
    } catch (cause) {
      const message = `sending a Blob: its content cannot be read: ${cause}`;
      this.#connection!.giveUp(new WebSocketError("Io", message, { cause }));
    }
  }

  #update(): void {
    if (this.#over || this.#sentThisTurn) return;
    const waiting = this.#flushing ? this.#connection!.sending.waiting : 0;
    this.#amount = Math.min(this.#amount, waiting + this.#amountBehindBlob);
  }
}

function byteLength(data: string | Uint8Array | Blob): number {
  if (typeof data === "string") return Buffer.byteLength(data);
  return data instanceof Blob ? data.size : data.length;
}
