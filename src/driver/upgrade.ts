import { WebSocketError } from "../core/errors.ts";
import type { OpeningHandshake } from "../core/handshake.ts";
import type { ByteStream, ByteStreamSink } from "../transport/transport.ts";
import { ioError } from "./connection_lost.ts";

const NOTHING = new Uint8Array(0);

/** Who is told how an {@linkcode Upgrade} ended: one of the two, once. */
export interface UpgradeOutcome {
  /** The stream is paused; `leftover` came behind the answer. Take the stream over at once. */
  onOpen(leftover: Uint8Array): void;
  /** The stream is dropped, or gone. */
  onFail(error: unknown): void;
}

/** The opening handshake on a byte stream: sends the request and reads the answer. */
export class Upgrade implements ByteStreamSink {
  readonly #stream: ByteStream;
  readonly #handshake: OpeningHandshake;
  readonly #outcome: UpgradeOutcome;
  #requestTaken = false;
  #leftover: Uint8Array | undefined;
  #over = false;

  constructor(stream: ByteStream, handshake: OpeningHandshake, outcome: UpgradeOutcome) {
    this.#stream = stream;
    this.#handshake = handshake;
    this.#outcome = outcome;
  }

  /** Sends the request. */
  start(): void {
    const { request } = this.#handshake;
    this.#stream.attach(this);
    this.#requestTaken = this.#stream.write(request, 0, request.length);
    this.#stream.resume();
  }

  /** Whoever waits will wait no longer. What a server has answered so far says more than that it took too long. */
  giveUp(error: WebSocketError): void {
    this.#fail(error.code === "Timeout" ? this.#handshake.abandon() ?? error : error);
  }

  onData(bytes: Uint8Array): void {
    try {
      const taken = this.#handshake.receive(bytes);
      if (!this.#handshake.done) return;
      this.#stream.pause();
      this.#leftover = taken === bytes.length ? NOTHING : bytes.slice(taken);
      this.#openWhenTaken();
    } catch (error) {
      this.#fail(error);
    }
  }

  onWritable(): void {
    this.#requestTaken = true;
    this.#openWhenTaken();
  }

  onEnd(): void {
    try {
      this.#handshake.end();
    } catch (error) {
      this.#fail(error);
    }
  }

  onClose(error?: unknown): void {
    this.#fail(this.#handshake.abandon() ?? lost(error));
  }

  /** A server may answer before all of the request was taken; nothing else may be written before it was. */
  #openWhenTaken(): void {
    if (this.#over || !this.#requestTaken || this.#leftover === undefined) return;
    this.#over = true;
    this.#outcome.onOpen(this.#leftover);
  }

  #fail(error: unknown): void {
    if (this.#over) return;
    this.#over = true;
    this.#stream.destroy();
    this.#outcome.onFail(error);
  }
}

function lost(error: unknown): WebSocketError {
  const why = error === undefined ? "the server closed the connection" : ioError(error).message;
  return new WebSocketError("HandshakeFailed", `Cannot open the WebSocket: ${why}`, { cause: error });
}
