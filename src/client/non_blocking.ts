import { CloseCode } from "../core/close_code.ts";
import type { CloseInfo } from "../core/close_info.ts";
import { WebSocketError } from "../core/errors.ts";
import type { PreparedMessage } from "../core/prepared_message.ts";
import type { ConnectionState } from "../core/state.ts";
import type { Opened } from "../driver/opening.ts";
import { checkHandler } from "../driver/check_handler.ts";
import type { Handler } from "../driver/handler.ts";
import { PollLoop } from "../driver/poll_loop.ts";
import type { SendOptions } from "../driver/send_options.ts";
import type { ConnectionStats } from "../driver/stats.ts";
import { TimedHandler } from "../driver/timed_handler.ts";
import { openBlocking } from "./open_blocking.ts";
import { openConnection } from "./open_connection.ts";
import { MessageWriter } from "./message_writer.ts";
import type { NonBlockingOptions } from "./options.ts";
import { refuseNew } from "./refuse_new.ts";
import type { Supervision } from "./reconnect_supervision.ts";

/**
 * A WebSocket whose callbacks run on the caller's thread, woken by the event loop: the style with the lowest
 * latency and the lowest cost per connection.
 *
 * @example
 * ```ts
 * import { NonBlockingClient } from "@silver9/websocket";
 *
 * const client = await NonBlockingClient.connect("wss://example.com/feed");
 * const close = await client.run({
 *   onActivated: (client) => client.sendText("subscribe"),
 *   onTextMessage: (client, message) => {
 *     console.log(message.text);
 *     client.close();
 *   },
 * });
 * console.log(close.code, close.wasClean);
 * ```
 */
export class NonBlockingClient {
  /** The URL connected to, normalised. */
  readonly url: string;
  /** The subprotocol that the server chose; empty when it chose none. */
  readonly protocol: string;
  /** The extensions agreed on; empty when there are none. */
  readonly extensions: string;

  readonly #connection: Opened<NonBlockingClient>["connection"];
  readonly #turns: Opened<NonBlockingClient>["turns"];
  readonly #stream: Opened<NonBlockingClient>["stream"];
  readonly #receiveTimes: Opened<NonBlockingClient>["receiveTimes"];
  readonly #messageParts: boolean;
  #timed: TimedHandler<NonBlockingClient> | undefined;

  private constructor(opened: Opened<NonBlockingClient>, options: NonBlockingOptions) {
    refuseNew(opened);
    this.url = opened.url;
    this.protocol = opened.protocol;
    this.extensions = opened.extensions;
    this.#connection = opened.connection;
    this.#turns = opened.turns;
    this.#stream = opened.stream;
    this.#receiveTimes = opened.receiveTimes;
    this.#messageParts = options.messageParts ?? false;
  }

  /**
   * Connects, within `handshakeTimeout`. Nothing is read before {@linkcode NonBlockingClient.run}, so nothing is
   * lost in between.
   *
   * @throws {WebSocketError} `InvalidUrl`, `InvalidConfiguration` before anything is opened; then
   * `ConnectionFailed`, `TlsFailed`, `HandshakeFailed` with the server's `response`, `LimitExceeded`,
   * `Timeout` with the `phase`, `Aborted`.
   */
  static async connect(url: string | URL, options: NonBlockingOptions = {}): Promise<NonBlockingClient> {
    const opened = await openConnection<NonBlockingClient>(url, options);
    return new NonBlockingClient(opened, options);
  }

  /**
   * As {@linkcode NonBlockingClient.connect}, while this thread waits. With `transport: "syscall"` only.
   *
   * @throws {WebSocketError} `InvalidConfiguration` with another transport.
   */
  static connectSync(url: string | URL, options: NonBlockingOptions = {}): NonBlockingClient {
    return new NonBlockingClient(openBlocking<NonBlockingClient>(url, options), options);
  }

  /**
   * Delivers everything that happens to `handler`, until the connection has ended and `onQuit` has returned.
   *
   * @throws {WebSocketError} `SocketUnavailable` when called twice; `InvalidConfiguration` for a handler that takes whole
   * messages where they come in parts, or the reverse; the error that the handler has no `onError` for; or whatever a
   * callback threw.
   */
  run(handler: Handler<NonBlockingClient>): Promise<CloseInfo> {
    const connection = this.#connection;
    if (connection.running) return Promise.reject(alreadyRunning());
    try {
      checkHandler(handler, this.#messageParts);
    } catch (error) {
      return Promise.reject(error);
    }
    const result = connection.run(this.#timing(handler), this);
    this.#turns?.start();
    return result;
  }

  /**
   * As {@linkcode NonBlockingClient.run}, on this thread alone: the event loop stands still, so no timer goes off and no
   * `AbortSignal.timeout`. With
   * `transport: "syscall"` only. `spinWaitDuration` says how it waits: `null` polls without a pause, `undefined`
   * sleeps in the kernel until something comes, a number sleeps that long between polls.
   *
   * @throws {WebSocketError} as `run`; `InvalidConfiguration` with another transport.
   */
  runSync(handler: Handler<NonBlockingClient>): CloseInfo {
    const connection = this.#connection;
    const turns = this.#turns;
    if (connection.running) throw alreadyRunning();
    if (!(turns instanceof PollLoop)) {
      const message = 'runSync: needs the option transport: "syscall"';
      throw new WebSocketError("InvalidConfiguration", message);
    }
    checkHandler(handler, this.#messageParts);
    // The loop below runs it to its end, so the outcome is there when it returns.
    connection.run(this.#timing(handler), this).catch(() => {});
    turns.run(() => connection.finished);
    return connection.outcome();
  }

  /**
   * Sends a text message, at once. A lone surrogate becomes U+FFFD; bytes must be UTF-8.
   *
   * @returns `false` when more than `highWaterMark` bytes wait to be sent: the message is kept and goes out in
   * order, and `onDrain` says when to go on.
   * @throws {WebSocketError} `ConnectionClosed` after `close`, `LimitExceeded` past `maxBufferedAmount`,
   * `InvalidConfiguration` for bytes that are not UTF-8.
   */
  sendText(text: string | Uint8Array, options?: SendOptions): boolean {
    return this.#connection.sending.text(text, options);
  }

  /**
   * Sends a binary message, at once. `data` is copied: it may be changed afterwards.
   *
   * @returns as {@linkcode NonBlockingClient.sendText}.
   * @throws {WebSocketError} `ConnectionClosed`, `LimitExceeded`.
   */
  sendBinary(data: Uint8Array, options?: SendOptions): boolean {
    return this.#connection.sending.binary(data, options);
  }

  /**
   * Sends a message that {@linkcode prepareText} or {@linkcode prepareBinary} has made ready for many clients.
   *
   * @returns and throws as {@linkcode NonBlockingClient.sendText}.
   */
  sendPrepared(message: PreparedMessage, options?: SendOptions): boolean {
    return this.#connection.sending.prepared(message, options);
  }

  /**
   * Begins a text message that is sent in parts; nothing is sent yet. With `perMessageDeflate` the parts are compressed,
   * whatever the threshold.
   *
   * @throws {WebSocketError} `ConnectionClosed`; `SocketUnavailable` while another one has not been ended.
   */
  beginText(options?: SendOptions): MessageWriter<string | Uint8Array> {
    const { sending } = this.#connection;
    sending.begin("text", options);
    return MessageWriter.text((bytes, final) => sending.part(bytes, final));
  }

  /** Begins a binary message that is sent in parts; otherwise as {@linkcode NonBlockingClient.beginText}. */
  beginBinary(options?: SendOptions): MessageWriter<Uint8Array> {
    const { sending } = this.#connection;
    sending.begin("binary", options);
    return MessageWriter.binary((bytes, final) => sending.part(bytes, final));
  }

  /**
   * Sends a ping with up to 125 bytes; the pong comes to `onPong`.
   *
   * @throws {WebSocketError} `ConnectionClosed`, `LimitExceeded`.
   */
  sendPing(data?: Uint8Array): boolean {
    return this.#connection.sending.ping(data);
  }

  /**
   * Sends a pong that nobody asked for, with up to 125 bytes. Pings are answered without it.
   *
   * @throws {WebSocketError} `ConnectionClosed`, `LimitExceeded`.
   */
  sendPong(data?: Uint8Array): boolean {
    return this.#connection.sending.pong(data);
  }

  /**
   * Every send inside `fn` leaves in one write, when `fn` returns or throws.
   *
   * @example
   * ```ts ignore
   * client.cork(() => {
   *   for (const order of orders) client.sendText(order);
   * });
   * ```
   */
  cork<T>(fn: () => T): T {
    return this.#connection.sending.corked(fn);
  }

  /**
   * Begins the closing handshake; without effect when it has begun. Messages on their way are still delivered
   * until the peer answers, or `closeTimeout` passes.
   *
   * @param code 1000 (default), or 3000 to 4999.
   * @param reason at most 123 bytes of UTF-8.
   * @throws {WebSocketError} `InvalidConfiguration` for another code or a longer reason.
   */
  close(code: number = CloseCode.Normal, reason = ""): void {
    this.#connection.close(code, reason);
  }

  /** Leaves at once: no Close frame, the socket dropped, no further callback but `onQuit`. */
  forceQuit(): void {
    this.#connection.forceQuit();
  }

  /** Bytes that wait to be sent: handed over and not yet taken by the system. */
  get bufferedAmount(): number {
    return this.#connection.sending.waiting;
  }

  /** `open`; `closing` from the first Close frame on; `closed` when the socket is gone, or given up. */
  get state(): ConnectionState {
    return this.#connection.state;
  }

  /** What went over the connection so far: a snapshot. */
  get stats(): ConnectionStats {
    return this.#connection.stats;
  }

  /**
   * The runtime's own socket: `Deno.TcpConn` or `Deno.TlsConn`, Bun's `Socket`, `net.Socket` or `tls.TLSSocket`.
   * Reading from it, writing to it or closing it breaks the client.
   */
  get socket(): unknown {
    return this.#stream.socket;
  }

  /**
   * In a callback for a message, ping or pong: when this machine's kernel received the data that its last byte came
   * with, in milliseconds since the epoch, to a fraction of a microsecond. A message that took several reads has the
   * time of the last one; of several segments in one read, of the last segment; with TLS, of the segment that
   * completed the reading of the record, not of its decryption.
   *
   * The clock is the system's (CLOCK_REALTIME), which `Date.now()` shows in whole milliseconds. What it is behind
   * `performance.timeOrigin + performance.now()` is one's own delay, as long as nobody sets the clock.
   *
   * `undefined` outside of these callbacks, without the option `receiveTimestamps`, and where the kernel did not say:
   * it may have begun to take times only after what came first.
   */
  get receivedAt(): number | undefined {
    return this.#timed?.receivedAt;
  }

  /** @internal For `reconnect`, which hands it out: from now on `run` fails only with what a callback threw. */
  supervise(): Supervision {
    const connection = this.#connection;
    connection.forgive();
    return {
      endedByUser: () => connection.endedByUser,
      close: () => this.close(),
      closeInfo: () => connection.outcome(),
    };
  }

  #timing(handler: Handler<NonBlockingClient>): Handler<NonBlockingClient> {
    if (this.#receiveTimes === undefined) return handler;
    return this.#timed = new TimedHandler(handler, this.#receiveTimes);
  }

  /** Sends Close, unless that was done, and lets go: the rest of the closing handshake goes on by itself. */
  [Symbol.dispose](): void {
    void this[Symbol.asyncDispose]();
  }

  /** Sends Close, unless that was done, and waits for the end, at most `closeTimeout`. Does not throw. */
  async [Symbol.asyncDispose](): Promise<void> {
    const connection = this.#connection;
    this.close();
    // A client that never ran has nobody to hand messages to: they are read and dropped.
    if (!connection.running) this.run(SILENT).catch(() => {});
    await connection.whenFinished();
  }
}

function alreadyRunning(): WebSocketError {
  return new WebSocketError("SocketUnavailable", "run: the client is running already, or has run");
}

/** Takes note of nothing, errors included. */
const SILENT: Handler<NonBlockingClient> = { onError: () => {} };
