import type { CloseInfo } from "../core/close_info.ts";
import type { WebSocketError } from "../core/errors.ts";
import type { Connection } from "../driver/connection.ts";
import { type CloseArguments, closeArguments, closeArgumentsOf, enforceCode } from "./close_arguments.ts";
import { type Established, Establishment } from "./establishment.ts";
import { MessageSink } from "./message_sink.ts";
import { MessageSource } from "./message_source.ts";
import type { WebSocketOptions } from "./options.ts";
import { uncleanClose } from "./unclean_close.ts";
import { exposeInterface } from "./web_idl.ts";

/** What {@linkcode WebSocketStream.opened} answers. */
export interface WebSocketOpenInfo {
  /** The messages that come: a string for a text message, a `Uint8Array` for a binary one. */
  readonly readable: ReadableStream<string | Uint8Array<ArrayBuffer>>;
  /** Takes messages to send: a string becomes a text message, bytes a binary one. */
  readonly writable: WritableStream<string | BufferSource>;
  /** The extensions agreed on; empty when there are none. */
  readonly extensions: string;
  /** The subprotocol that the server chose; empty when none was asked for. */
  readonly protocol: string;
}

/** How a {@linkcode WebSocketStream} ended, or what to end it with. */
export interface WebSocketCloseInfo {
  /** To end it: 1000, or 3000 to 4999. Default: a Close frame without a code, or 1000 if there is a reason. */
  readonly closeCode?: number;
  /** To end it: at most 123 bytes of UTF-8. Default: empty. */
  readonly reason?: string;
}

/**
 * A WebSocket as a pair of streams with back-pressure both ways: as long as nobody reads, the socket is not read, and a
 * write is done when no more than `highWaterMark` bytes wait for the network. After the explainer of `WebSocketStream`.
 *
 * Cancelling `readable`, closing or aborting `writable` closes the connection; the reason of a cancel or an abort may
 * carry a `closeCode` and a `reason` to close with, as a `WebSocketError` does. What differs from the explainer: errors
 * are {@linkcode WebSocketError}s of this module, and `signal` ends the open connection too.
 *
 * @example
 * ```ts
 * import { WebSocketStream } from "@silver9/websocket/web";
 *
 * const stream = new WebSocketStream("wss://example.com/feed");
 * const { readable, writable } = await stream.opened;
 * const writer = writable.getWriter();
 * await writer.write("hello");
 * for await (const message of readable) {
 *   console.log(message); // a string or a Uint8Array
 *   break; // cancels `readable`, which closes the connection
 * }
 * const { closeCode, reason } = await stream.closed;
 * ```
 */
export class WebSocketStream {
  readonly #establishment: Establishment;
  readonly #opened = Promise.withResolvers<WebSocketOpenInfo>();
  readonly #closed = Promise.withResolvers<Required<WebSocketCloseInfo>>();
  #connection: Connection<undefined> | undefined;
  #source: MessageSource | undefined;
  #sink: MessageSink | undefined;

  /**
   * Begins to connect.
   *
   * @throws {DOMException} `SyntaxError` for a URL or a subprotocol that cannot be used.
   * @throws {WebSocketError} `InvalidConfiguration` for another option.
   */
  constructor(url: string | URL, options: WebSocketOptions | undefined = {}) {
    // Who does not look at one of them has not overlooked an error: the other, or the streams, have it too.
    for (const { promise } of [this.#opened, this.#closed]) promise.catch(() => {});
    this.#establishment = new Establishment(url, options, {
      onEstablished: (opened) => this.#open(opened),
      onFailed: (error) => {
        this.#opened.reject(error);
        this.#closed.reject(error);
      },
    });
  }

  /** The URL, normalised, without user name and password. */
  get url(): string {
    return this.#establishment.url;
  }

  /** The streams, once the connection is open. Fails with the {@linkcode WebSocketError} that connecting fails with. */
  get opened(): Promise<WebSocketOpenInfo> {
    return this.#opened.promise;
  }

  /**
   * How the connection ended: the code (1005 for a Close frame without one) and the reason of the server's Close frame.
   * Fails with a {@linkcode WebSocketError} if there was no closing handshake.
   */
  get closed(): Promise<Required<WebSocketCloseInfo>> {
    return this.#closed.promise;
  }

  /**
   * Begins the closing handshake, or gives up connecting; without effect the second time. Messages on their way can
   * still be read.
   *
   * @throws {DOMException} `InvalidAccessError` for another code than 1000 and 3000 to 4999, `SyntaxError` for a reason
   * of more than 123 bytes.
   * @throws {TypeError} for a code that is no number from 0 to 65535.
   */
  close({ closeCode, reason = "" }: WebSocketCloseInfo = {}): void {
    const code = closeCode === undefined ? undefined : enforceCode(closeCode);
    this.#close(closeArguments(code, String(reason).toWellFormed()));
  }

  #close({ code, reason }: CloseArguments): void {
    if (this.#connection === undefined) return this.#establishment.abandon();
    this.#connection.close(code, reason);
    this.#source!.closing();
  }

  #open({ connection, turns, protocol, extensions }: Established): void {
    this.#connection = connection;
    const source = this.#source = new MessageSource(
      connection,
      (reason) => this.#close(closeArgumentsOf(reason)),
    );
    const sink = this.#sink = new MessageSink(connection, {
      onClose: (close) => this.#close(close),
      onAbort: (reason) => this.#close(closeArgumentsOf(reason)),
    });
    let failure: WebSocketError | undefined;
    connection.run({
      ...source.handler,
      onDrain: () => sink.drained(),
      onError: (_, error) => failure = error,
    }, undefined).then((close) => {
      this.#end(close, failure ?? (close.wasClean ? undefined : uncleanClose(close)));
    });
    turns?.start();
    this.#opened.resolve({ readable: source.readable, writable: sink.writable, extensions, protocol });
  }

  #end({ code, reason }: CloseInfo, error: WebSocketError | undefined): void {
    if (error === undefined) this.#source!.close();
    else this.#source!.fail(error);
    this.#sink!.end(error);
    if (error === undefined) this.#closed.resolve({ closeCode: code, reason });
    else this.#closed.reject(error);
  }
}

exposeInterface(WebSocketStream);
