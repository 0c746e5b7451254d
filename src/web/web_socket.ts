import type { CloseInfo } from "../core/close_info.ts";
import type { WebSocketError } from "../core/errors.ts";
import type { Connection } from "../driver/connection.ts";
import { clampCode, closeArguments } from "./close_arguments.ts";
import { type Established, Establishment } from "./establishment.ts";
import { type EventHandler, EventHandlers } from "./event_handlers.ts";
import type { WebSocketOptions } from "./options.ts";
import { SendQueue } from "./send_queue.ts";
import { TaskQueue } from "./task_queue.ts";
import { uncleanClose } from "./unclean_close.ts";
import { exposeInterface } from "./web_idl.ts";
import { messageOf, optionsOf } from "./web_socket_arguments.ts";
import type { WebSocketEventMap } from "./web_socket_events.ts";

const CONNECTING = 0;
const OPEN = 1;
const CLOSING = 2;
const CLOSED = 3;

/** Messages of one read that may wait for their turn; the rest stays in the connection. */
const MAX_WAITING_MESSAGES = 256;

/**
 * The platform's `WebSocket`, for code that expects it: the interface of the WebSockets Standard, with its events, its
 * exceptions and its order of things.
 *
 * What it has beyond that: a second argument may hold {@linkcode WebSocketOptions}; `error` events carry the
 * `WebSocketError` as `error`; the client's limits and timeouts hold. A send that would pass `maxBufferedAmount` fails
 * the connection.
 *
 * @example
 * ```ts
 * import { WebSocket } from "@silver9/websocket/web";
 *
 * const socket = new WebSocket("wss://example.com/feed", { headers: { authorization: "Bearer abc123" } });
 * socket.binaryType = "arraybuffer";
 * socket.onopen = () => socket.send("hello");
 * socket.onmessage = ({ data }) => {
 *   console.log(data);
 *   socket.close(1000);
 * };
 * socket.onerror = ({ error }) => console.error(error.code);
 * socket.onclose = ({ code, wasClean }) => console.log(code, wasClean);
 * ```
 */
export class WebSocket extends EventTarget {
  /** `readyState` before the connection is open. */
  declare static readonly CONNECTING: 0;
  /** `readyState` while messages can be sent. */
  declare static readonly OPEN: 1;
  /** `readyState` from `close` on, or from the server's Close. */
  declare static readonly CLOSING: 2;
  /** `readyState` when the connection is gone, or was never there. */
  declare static readonly CLOSED: 3;
  /** {@linkcode WebSocket.CONNECTING} */
  declare readonly CONNECTING: 0;
  /** {@linkcode WebSocket.OPEN} */
  declare readonly OPEN: 1;
  /** {@linkcode WebSocket.CLOSING} */
  declare readonly CLOSING: 2;
  /** {@linkcode WebSocket.CLOSED} */
  declare readonly CLOSED: 3;

  readonly #establishment: Establishment;
  readonly #handlers: EventHandlers = new EventHandlers(this);
  readonly #tasks = new TaskQueue();
  readonly #sends = new SendQueue();
  #connection: Connection<undefined> | undefined;
  #readyState: 0 | 1 | 2 | 3 = CONNECTING;
  #binaryType: BinaryType = "blob";
  #protocol = "";
  #extensions = "";
  #origin = "";
  #paused = false;

  /**
   * Begins to connect.
   *
   * @param url with the scheme `ws:` or `wss:`; `http:` and `https:` are read as these.
   * @param protocols Subprotocols to offer, the preferred one first; or options, `protocols` among them.
   * @throws {DOMException} `SyntaxError` for a URL or a subprotocol that cannot be used.
   * @throws {WebSocketError} `InvalidConfiguration` for another option.
   */
  constructor(url: string | URL, protocols: string | Iterable<string> | WebSocketOptions = []) {
    super();
    if (url === undefined) throw new TypeError("WebSocket: 1 argument required, but only 0 present");
    this.#establishment = new Establishment(url, optionsOf(protocols), {
      onEstablished: (opened) => this.#open(opened),
      onFailed: (error) => this.#tasks.post(() => this.#end(NEVER_OPEN, error)),
    });
  }

  /** The URL, normalised, without user name and password. */
  get url(): string {
    return this.#establishment.url;
  }

  /** {@linkcode WebSocket.CONNECTING}, `OPEN`, `CLOSING` or `CLOSED`. */
  get readyState(): 0 | 1 | 2 | 3 {
    const isClosing = this.#readyState === OPEN && this.#tasks.length === 0 &&
      this.#connection!.state !== "open";
    return isClosing ? CLOSING : this.#readyState;
  }

  /** Bytes of application data that have not been sent; what is sent too late is counted as well. */
  get bufferedAmount(): number {
    return this.#sends.bufferedAmount;
  }

  /** The extensions agreed on; empty when there are none, and before `open`. */
  get extensions(): string {
    return this.#extensions;
  }

  /** The subprotocol that the server chose; empty when none was asked for, and before `open`. */
  get protocol(): string {
    return this.#protocol;
  }

  /** How binary messages are told: `"blob"` (default) or `"arraybuffer"`; another value is ignored. */
  get binaryType(): BinaryType {
    return this.#binaryType;
  }

  set binaryType(type: BinaryType) {
    if (type === "blob" || type === "arraybuffer") this.#binaryType = type;
  }

  /** Called at `open`. */
  get onopen(): EventHandler<Event> {
    return this.#handlers.get("open");
  }

  set onopen(handler: EventHandler<Event>) {
    this.#handlers.set("open", handler);
  }

  /** Called at `message`. */
  get onmessage(): EventHandler<MessageEvent> {
    return this.#handlers.get("message");
  }

  set onmessage(handler: EventHandler<MessageEvent>) {
    this.#handlers.set("message", handler);
  }

  /** Called at `error`. */
  get onerror(): EventHandler<ErrorEvent> {
    return this.#handlers.get("error");
  }

  set onerror(handler: EventHandler<ErrorEvent>) {
    this.#handlers.set("error", handler);
  }

  /** Called at `close`. */
  get onclose(): EventHandler<CloseEvent> {
    return this.#handlers.get("close");
  }

  set onclose(handler: EventHandler<CloseEvent>) {
    this.#handlers.set("close", handler);
  }

  /**
   * Sends a message: text for a string, binary for all else. Order is kept, also behind a Blob, whose content is read
   * first. After the connection has begun to close it does nothing but to add to `bufferedAmount`.
   *
   * @throws {DOMException} `InvalidStateError` before `open`.
   */
  send(data: string | BufferSource | Blob): void {
    // What is `undefined` can be sent, what is missing cannot.
    if (arguments.length === 0) throw new TypeError("send: 1 argument required, but only 0 present");
    const message = messageOf(data);
    if (this.#readyState === CONNECTING) {
      throw new DOMException("sending: the connection is not open yet", "InvalidStateError");
    }
    this.#sends.send(message);
  }

  /**
   * Begins the closing handshake behind what has been sent, or gives up connecting. From here on no `message` comes.
   *
   * @param code 1000, or 3000 to 4999. Default: a Close frame without a code, or 1000 if there is a reason.
   * @param reason at most 123 bytes of UTF-8.
   * @throws {DOMException} `InvalidAccessError` for another code, `SyntaxError` for a longer reason.
   */
  close(code: number | undefined = undefined, reason: string | undefined = undefined): void {
    const close = closeArguments(
      code === undefined ? undefined : clampCode(code),
      reason === undefined ? "" : String(reason).toWellFormed(),
    );
    const state = this.#readyState;
    if (state === CLOSING || state === CLOSED) return;
    this.#readyState = CLOSING;
    if (state === CONNECTING) this.#establishment.abandon();
    else this.#sends.close(close);
  }

  #open({ connection, turns, url, protocol, extensions }: Established): void {
    this.#connection = connection;
    this.#origin = new URL(url).origin;
    this.#sends.open(connection);
    this.#tasks.run(() => {
      this.#readyState = OPEN;
      this.#protocol = protocol;
      this.#extensions = extensions;
      this.dispatchEvent(new Event("open"));
    });
    let failure: WebSocketError | undefined;
    connection.run({
      onTextMessage: (_, message) => this.#receive(message.text),
      onBinaryMessage: (_, message) => this.#receive(message.copy()),
      onError: (_, error) => failure = error,
    }, undefined).then((close) => {
      const error = failure ?? (close.wasClean ? undefined : uncleanClose(close));
      this.#sends.end();
      this.#tasks.post(() => this.#end(close, error));
    });
    turns?.start();
  }

  #receive(content: string | Uint8Array<ArrayBuffer>): void {
    this.#tasks.run(() => this.#deliver(content));
    if (this.#paused || this.#tasks.length < MAX_WAITING_MESSAGES) return;
    this.#paused = true;
    this.#connection!.pause();
  }

  #deliver(content: string | Uint8Array<ArrayBuffer>): void {
    if (this.#readyState === OPEN) {
      const data = typeof content === "string" ? content : this.#binaryData(content);
      this.dispatchEvent(new MessageEvent("message", { data, origin: this.#origin }));
    }
    if (!this.#paused || this.#tasks.length > 0) return;
    this.#paused = false;
    this.#connection!.resume();
  }

  #binaryData(content: Uint8Array<ArrayBuffer>): ArrayBuffer | Blob {
    return this.#binaryType === "blob" ? new Blob([content]) : content.buffer;
  }

  #end({ code, reason, wasClean }: Omit<CloseInfo, "initiator">, error: WebSocketError | undefined): void {
    this.#readyState = CLOSED;
    if (error !== undefined) {
      this.dispatchEvent(new ErrorEvent("error", { error, message: error.message }));
    }
    this.dispatchEvent(new CloseEvent("close", { code, reason, wasClean }));
  }
}

/** How a connection closed that never opened. */
const NEVER_OPEN = { code: 1006, reason: "", wasClean: false };

exposeInterface(WebSocket, { CONNECTING, OPEN, CLOSING, CLOSED });

/** The listeners of a {@linkcode WebSocket}, with the types of its events. */
export interface WebSocket {
  /** Adds a listener for one type of event. */
  addEventListener<K extends keyof WebSocketEventMap>(
    type: K,
    listener: (event: WebSocketEventMap[K]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  /** Adds a listener. */
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
  /** Takes a listener for one type of event away. */
  removeEventListener<K extends keyof WebSocketEventMap>(
    type: K,
    listener: (event: WebSocketEventMap[K]) => unknown,
    options?: boolean | EventListenerOptions,
  ): void;
  /** Takes a listener away. */
  removeEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | EventListenerOptions,
  ): void;
}
