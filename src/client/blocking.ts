import { EVENT_KIND } from "../channel/event_codec.ts";
import type { CloseInfo } from "../core/close_info.ts";
import { CloseCode } from "../core/close_code.ts";
import { WebSocketError } from "../core/errors.ts";
import type { Handler } from "../driver/handler.ts";
import { RemoteConnection } from "../thread/remote_connection.ts";
import { BlockingRun } from "./blocking_run.ts";
import { BLOCKING_RULES, checkOptions, THREAD_RULES } from "./check_options.ts";
import { CommandWriter } from "./command_writer.ts";
import type { WebSocketEvent } from "./events.ts";
import type { BlockingOptions } from "./options.ts";
import { type Received, receivedCodec } from "./received.ts";
import { RemoteClient } from "./remote_client.ts";

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
export class BlockingClient extends RemoteClient implements Disposable, Iterable<WebSocketEvent> {
  /** Always `undefined`: the socket lives on another thread. */
  readonly socket: undefined = undefined;

  readonly #remote: RemoteConnection<Received>;
  readonly #commands: CommandWriter;
  readonly #readTimeout: number;
  #ran = false;
  #quit = false;

  private constructor(remote: RemoteConnection<Received>, options: BlockingOptions) {
    super(remote);
    this.#remote = remote;
    this.#commands = new CommandWriter(remote.control, remote.state, options.writeTimeout ?? Infinity);
    this.#readTimeout = options.readTimeout ?? Infinity;
  }

  /**
   * Connects, and returns when the connection is open. Nothing is read before `read`, `run` or iteration.
   *
   * @throws {WebSocketError} as `NonBlockingClient.connect`; and `Timeout` with phase `thread` when the background
   * thread does not start.
   */
  static connect(url: string | URL, options: BlockingOptions = {}): BlockingClient {
    checkOptions(options, BLOCKING_RULES);
    const { readTimeout: _read, writeTimeout: _write, ...shared } = options;
    const remote = new RemoteConnection(url, {
      options: shared,
      rules: THREAD_RULES,
      eventCodec: receivedCodec(),
    });
    remote.openSync();
    return new BlockingClient(remote, options);
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
    this.#ran = true;
    this.#remote.run();
    const run = new BlockingRun(handler, this);
    while (!run.over) {
      run.turn(() => this.#receive(this.#readTimeout));
    }
    return run.finish();
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
    this.#remote.run();
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
   * @returns `true`: nothing waits to be sent.
   * @throws {WebSocketError} `ConnectionClosed` after `close`, `Timeout` with phase `write` after `writeTimeout`
   * (the message may still be sent), `LimitExceeded` past `maxBufferedAmount`, `InvalidConfiguration` for bytes
   * that are not UTF-8.
   */
  sendText(data: string | Uint8Array): boolean {
    return this.#commands.send({ type: "sendText", data });
  }

  /** Sends a binary message; otherwise as {@linkcode BlockingClient.sendText}. */
  sendBinary(data: Uint8Array): boolean {
    return this.#commands.send({ type: "sendBinary", data });
  }

  /** Sends a ping with up to 125 bytes; otherwise as {@linkcode BlockingClient.sendText}. */
  sendPing(data?: Uint8Array): boolean {
    return this.#commands.send({ type: "sendPing", data });
  }

  /** Sends a pong that nobody asked for; otherwise as {@linkcode BlockingClient.sendText}. */
  sendPong(data?: Uint8Array): boolean {
    return this.#commands.send({ type: "sendPong", data });
  }

  /** Every send inside `fn` leaves in one write, when `fn` returns or throws. */
  cork<T>(fn: () => T): T {
    return this.#commands.cork(fn);
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
    this.#commands.close(code, reason);
  }

  /** Leaves at once: no Close frame, the socket dropped, no further event but `quit`. */
  forceQuit(): void {
    this.#remote.forceQuit();
  }

  /** Sends Close, unless that was done, and waits for the end, at most `closeTimeout`; events are dropped. */
  [Symbol.dispose](): void {
    this.close();
    this.#remote.run();
    while (!this.#quit) this.#receive(Infinity);
  }

  #receive(timeout: number): Received | undefined | null {
    const received = this.#remote.events.receiveSync(timeout);
    this.#remote.takeReports();
    // `null`: the thread has gone without a word.
    if (received === null || received?.kind === EVENT_KIND.quit) this.#quit = true;
    return received;
  }
}
