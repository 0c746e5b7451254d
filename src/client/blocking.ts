import { EVENT_KIND } from "../channel/event_codec.ts";
import { CloseCode } from "../core/close_code.ts";
import type { CloseInfo } from "../core/close_info.ts";
import { WebSocketError } from "../core/errors.ts";
import { checkHandler } from "../driver/check_handler.ts";
import type { PreparedMessage } from "../core/prepared_message.ts";
import type { Handler } from "../driver/handler.ts";
import type { SendOptions } from "../driver/send_options.ts";
import type { BlockingEngine } from "./blocking_engine.ts";
import { BLOCKING_RULES, checkOptions, refuseTimestamps } from "./check_options.ts";
import { ConnectedClient } from "./connected_client.ts";
import type { WebSocketEvent } from "./events.ts";
import { MessageWriter } from "./message_writer.ts";
import { preparedCommand } from "./prepared_command.ts";
import type { BlockingOptions } from "./options.ts";
import type { Received } from "./received.ts";
import type { Supervision } from "./reconnect_supervision.ts";
import { SyscallEngine } from "./syscall_engine.ts";
import { ThreadEngine } from "./thread_engine.ts";

/**
 * A WebSocket whose caller waits: no promise anywhere. The socket's work is done by a background thread, so pings are
 * answered and the closing handshake goes on while the caller computes, and reading and sending never wait for each
 * other; events and callbacks come on the caller's thread.
 *
 * @example
 * ```ts
 * import { BlockingClient } from "@silver9/websocket";
 *
 * using client = BlockingClient.connect("wss://example.com/feed", { readTimeout: 1000 });
 * client.sendText("hello");
 * const event = client.read(); // undefined after readTimeout
 * if (event?.type === "activated") console.log(client.read());
 * ```
 */
export class BlockingClient extends ConnectedClient implements Disposable, Iterable<WebSocketEvent> {
  readonly #engine: BlockingEngine;
  readonly #readTimeout: number;
  readonly #messageParts: boolean;
  #ran = false;
  #quit = false;
  /** Whether `run` has failed. */
  #threw = false;

  private constructor(engine: BlockingEngine, options: BlockingOptions) {
    super(engine);
    this.#engine = engine;
    this.#readTimeout = options.readTimeout ?? Infinity;
    this.#messageParts = options.messageParts ?? false;
  }

  /**
   * Connects, and returns when the connection is open. Nothing is lost before `read`, `run` or iteration: what has
   * arrived waits, at most `eventCapacity` of it, and the rest in the socket.
   *
   * With `transport: "syscall"` there is no background thread: this one waits in the kernel by itself.
   *
   * @throws {WebSocketError} as `NonBlockingClient.connect`; and `Timeout` with phase `thread` when the background
   * thread does not start.
   */
  static connect(url: string | URL, options: BlockingOptions = {}): BlockingClient {
    checkOptions(options, BLOCKING_RULES);
    refuseTimestamps(options);
    const engine = options.transport === "syscall"
      ? new SyscallEngine(url, options)
      : new ThreadEngine(url, options);
    return new BlockingClient(engine, options);
  }

  /**
   * Delivers everything that happens to `handler`, on this thread, and returns when the connection has ended. May
   * follow calls of `read`.
   *
   * @throws {WebSocketError} `SocketUnavailable` when the connection's end has been read already; the error that
   * the handler has no `onError` for; or whatever a callback threw.
   */
  run(handler: Handler<BlockingClient>): CloseInfo {
    if (this.#ran || this.#quit) {
      throw new WebSocketError("SocketUnavailable", "run: the client is running already, or has run");
    }
    checkHandler(handler, this.#messageParts);
    this.#ran = true;
    try {
      return this.#engine.run(handler, this, this.#readTimeout);
    } catch (error) {
      this.#threw = true;
      throw error;
    } finally {
      this.#quit = true;
    }
  }

  /**
   * The next event, or `undefined` when `timeout` milliseconds (default: the option `readTimeout`) have passed. The
   * last are `closed` or `error`, then `quit`.
   *
   * @throws {WebSocketError} `ConnectionClosed` behind the last event; `SocketUnavailable` while `run` runs.
   */
  read(timeout: number = this.#readTimeout): WebSocketEvent | undefined {
    if (this.#quit) throw new WebSocketError("ConnectionClosed", "reading: the connection has ended");
    if (this.#ran) throw new WebSocketError("SocketUnavailable", "reading: the client runs with a handler");
    const received = this.#receive(timeout);
    if (received === null) return { type: "quit" };
    return received?.event;
  }

  /** The events until the connection has ended, `quit` included. `readTimeout` does not end it. */
  *[Symbol.iterator](): Generator<WebSocketEvent, void, undefined> {
    while (!this.#quit) {
      const event = this.read();
      if (event !== undefined) yield event;
    }
  }

  /**
   * Sends a text message, and returns when the system has taken it. A lone surrogate becomes U+FFFD; bytes must be
   * UTF-8.
   *
   * @returns `true`: nothing waits to be sent. `false` only in a callback of `run` with `transport: "syscall"`,
   * where the bytes are written on when the callback has returned.
   * @throws {WebSocketError} `ConnectionClosed` after `close`, `Timeout` with phase `write` after `writeTimeout`
   * (the message may still be sent), `LimitExceeded` past `maxBufferedAmount`, `InvalidConfiguration` for bytes
   * that are not UTF-8.
   */
  sendText(data: string | Uint8Array, options?: SendOptions): boolean {
    return this.#engine.send({ ...options, type: "sendText", data });
  }

  /** Sends a binary message; otherwise as {@linkcode BlockingClient.sendText}. */
  sendBinary(data: Uint8Array, options?: SendOptions): boolean {
    return this.#engine.send({ ...options, type: "sendBinary", data });
  }

  /**
   * Sends a message that {@linkcode prepareText} or {@linkcode prepareBinary} has made ready; otherwise as
   * {@linkcode BlockingClient.sendText}.
   */
  sendPrepared(message: PreparedMessage, options?: SendOptions): boolean {
    return this.#engine.send(preparedCommand(message, options));
  }

  /**
   * Begins a text message that is sent in parts; nothing is sent yet. With `perMessageDeflate` the parts are compressed,
   * whatever the threshold. After `Timeout` such a message cannot go on, since it is not known what has been sent.
   *
   * @throws {WebSocketError} `ConnectionClosed`; `SocketUnavailable` while another one has not been ended.
   */
  beginText(options?: SendOptions): MessageWriter<string | Uint8Array> {
    return MessageWriter.text(this.#engine.begin("text", options));
  }

  /** Begins a binary message that is sent in parts; otherwise as {@linkcode BlockingClient.beginText}. */
  beginBinary(options?: SendOptions): MessageWriter<Uint8Array> {
    return MessageWriter.binary(this.#engine.begin("binary", options));
  }

  /** Sends a ping with up to 125 bytes; otherwise as {@linkcode BlockingClient.sendText}. */
  sendPing(data?: Uint8Array): boolean {
    return this.#engine.send({ type: "sendPing", data });
  }

  /** Sends a pong that nobody asked for; otherwise as {@linkcode BlockingClient.sendText}. */
  sendPong(data?: Uint8Array): boolean {
    return this.#engine.send({ type: "sendPong", data });
  }

  /** Every send inside `fn` leaves in one write, when `fn` returns or throws. */
  cork<T>(fn: () => T): T {
    return this.#engine.cork(fn);
  }

  /**
   * Begins the closing handshake; without effect when it has begun. Messages on their way can still be read until
   * the peer answers, or `closeTimeout` passes.
   *
   * @param code 1000 (default), or 3000 to 4999.
   * @param reason at most 123 bytes of UTF-8.
   * @throws {WebSocketError} `InvalidConfiguration` for another code or a longer reason.
   */
  close(code: number = CloseCode.Normal, reason = ""): void {
    this.#engine.close(code, reason);
  }

  /** The syscall transport's socket; `undefined` where the socket lives on another thread. */
  get socket(): unknown {
    return this.#engine.socket;
  }

  /**
   * When this machine's kernel received the message, ping or pong that the last `read` or iteration gave, or the one
   * that a callback of `run` is about: of its last byte, however long it waited to be read. `undefined` when that was
   * another event or none, without `transport: "syscall"` and `receiveTimestamps`, and where the kernel did not say.
   * Units, clock and precision are those of `NonBlockingClient.receivedAt`.
   */
  get receivedAt(): number | undefined {
    return this.#engine.receivedAt;
  }

  /** Leaves at once: no Close frame, the socket dropped, no further event but `quit`. */
  forceQuit(): void {
    this.#engine.forceQuit();
  }

  /**
   * Sends Close, unless that was done, and waits for the end, at most `closeTimeout`; events are dropped. In a callback
   * of `run` it is `close` alone: `run` goes on to the end.
   */
  [Symbol.dispose](): void {
    this.close();
    while (!this.#quit && !this.#ran) this.#receive(Infinity);
  }

  /** @internal For `reconnectSync`, which hands it out: from now on `run` fails only with what a callback threw. */
  supervise(): Supervision {
    const engine = this.#engine;
    engine.forgiving = true;
    return {
      // A callback that throws makes `run` quit, which is nobody's wish to end.
      endedByUser: () => engine.endedByUser && !this.#threw,
      close: () => this.close(),
      closeInfo: () => engine.closeInfo(),
    };
  }

  #receive(timeout: number): Received | undefined | null {
    const received = this.#engine.receive(timeout);
    // `null`: the thread has gone without a word.
    if (received === null || received?.kind === EVENT_KIND.quit) this.#quit = true;
    return received;
  }
}
