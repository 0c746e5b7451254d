import { EVENT_KIND, partKind } from "../channel/event_codec.ts";
import type { CloseInfo } from "../core/close_info.ts";
import { WebSocketError } from "../core/errors.ts";
import type { Payload } from "../core/payload.ts";
import type { ConnectionState } from "../core/state.ts";
import type { Handler } from "../driver/handler.ts";
import type { OpenedPolled } from "../driver/poll_driver.ts";
import type { SendOptions } from "../driver/send_options.ts";
import type { ConnectionStats } from "../driver/stats.ts";
import { type ReceiveTimes, TimedHandler } from "../driver/timed_handler.ts";
import type { BlockingClient } from "./blocking.ts";
import type { BlockingEngine } from "./blocking_engine.ts";
import { BlockingRun } from "./blocking_run.ts";
import { DEFAULT_CAPACITY } from "./check_options.ts";
import type { ControlMessage, WebSocketEvent } from "./events.ts";
import { openBlocking } from "./open_blocking.ts";
import type { PartSink } from "./message_writer.ts";
import type { BlockingOptions } from "./options.ts";
import { Received } from "./received.ts";

/** Something that was read and not yet received: a payload of its own, or the event. */
interface Queued {
  readonly kind: number;
  readonly content: Uint8Array | WebSocketEvent;
  readonly receivedAt: number | undefined;
}

/**
 * The blocking client's work done by the caller's thread itself, with system calls: no other thread is there, so
 * pings are answered and the closing handshake goes on only while the caller waits in a call of the client. What comes
 * is looked at one event at a time: an answer to a message leaves before the next frame is parsed.
 */
export class SyscallEngine implements BlockingEngine {
  readonly url: string;
  readonly protocol: string;
  readonly extensions: string;
  forced = false;
  forgiving = false;

  readonly #opened: OpenedPolled<BlockingClient>;
  readonly #writeTimeout: number;
  readonly #capacity: number;
  readonly #received = new Received();
  #queue: Queued[] = [];
  #next = 0;
  #queuedBytes = 0;
  /** Whether a send waits: what comes meanwhile goes to the queue, until that is beyond its capacity. */
  #sendWaits = false;
  /** Whether a handler is being called back by `run`: what it sends is written on by the loop it is called from. */
  #running = false;
  /** The handler of `run`, where receive timestamps were asked for. */
  #timed: TimedHandler<BlockingClient> | undefined;

  /** Connects, and returns when the connection is open. */
  constructor(url: string | URL, options: BlockingOptions) {
    const { readTimeout: _, writeTimeout = Infinity, eventCapacity, controlCapacity: __, ...shared } =
      options;
    refuseThread(shared);
    const { thread: _thread, workerUrl: _workerUrl, ...rest } = shared;
    const opened = openBlocking<BlockingClient>(url, rest);
    ({ url: this.url, protocol: this.protocol, extensions: this.extensions } = opened);
    this.#opened = opened;
    this.#writeTimeout = writeTimeout;
    this.#capacity = eventCapacity ?? DEFAULT_CAPACITY;
  }

  get socket(): unknown {
    return this.#opened.stream.socket;
  }

  get receivedAt(): number | undefined {
    return (this.#timed ?? this.#received).receivedAt;
  }

  get endedByUser(): boolean {
    return this.#opened.connection.endedByUser;
  }

  get state(): ConnectionState {
    return this.#opened.connection.state;
  }

  get bufferedAmount(): number {
    return this.#opened.connection.sending.waiting;
  }

  get stats(): ConnectionStats {
    return this.#opened.connection.stats;
  }

  send(message: ControlMessage): boolean {
    const { sending } = this.#opened.connection;
    switch (message.type) {
      case "sendText":
        sending.text(message.data, message);
        break;
      case "sendBinary":
        sending.binary(message.data, message);
        break;
      case "sendPing":
        sending.ping(message.data);
        break;
      case "sendPong":
        sending.pong(message.data);
        break;
    }
    return this.#flush();
  }

  begin(type: "text" | "binary", options?: SendOptions): PartSink<boolean> {
    const { sending } = this.#opened.connection;
    sending.begin(type, options);
    return (bytes, final) => {
      sending.part(bytes, final);
      return this.#flush();
    };
  }

  cork<T>(fn: () => T): T {
    const { sending } = this.#opened.connection;
    sending.cork();
    let result: T;
    try {
      result = fn();
    } finally {
      sending.uncork();
    }
    this.#flush();
    return result;
  }

  /** `closeTimeout` limits the wait. */
  close(code: number, reason: string): void {
    const { connection } = this.#opened;
    const { sending } = connection;
    connection.close(code, reason);
    if (sending.isCorked || this.#running || sending.waiting === 0) return;
    this.#waitForSend(() => sending.waiting === 0, Infinity);
  }

  forceQuit(): void {
    this.forced = true;
    this.#queue = [];
    this.#next = 0;
    this.#opened.connection.forceQuit();
  }

  receive(timeout: number): Received | undefined | null {
    this.#received.receivedAt = undefined;
    this.#start();
    if (this.#empty) this.#opened.connection.resume();
    if (this.#empty && timeout > 0) this.#wait(() => !this.#empty, timeout);
    if (!this.#empty) return this.#shift();
    return this.#opened.connection.finished ? null : undefined;
  }

  closeInfo(): CloseInfo {
    return this.#opened.connection.outcome();
  }

  run(handler: Handler<BlockingClient>, client: BlockingClient, readTimeout: number): CloseInfo {
    const { connection, turns, receiveTimes } = this.#opened;
    // What has been read already is in the queue, and the rest follows by the same way.
    if (connection.running) {
      const timed = this.#timing(handler, this.#received);
      return new BlockingRun(this, timed, client).toTheEnd(readTimeout);
    }
    this.#running = true;
    if (this.forgiving) connection.forgive();
    // The loop below runs it to its end, so the outcome is there when it returns.
    connection.run(this.#timing(handler, receiveTimes), client).catch(() => {});
    turns.run(() => connection.finished, readTimeout);
    return connection.outcome();
  }

  #timing(handler: Handler<BlockingClient>, times: ReceiveTimes | undefined): Handler<BlockingClient> {
    if (this.#opened.receiveTimes === undefined || times === undefined) return handler;
    return this.#timed = new TimedHandler(handler, times);
  }

  /** Waits until the system has taken everything, and reads meanwhile: two peers that only write never end. */
  #flush(): boolean {
    const { connection, stream } = this.#opened;
    const { sending } = connection;
    if (sending.isCorked || this.#running) return sending.waiting === 0;
    if (sending.waiting === 0 && !stream.closed) return true;
    let taken = false;
    connection.onFlushed = () => taken = true;
    this.#waitForSend(() => taken || connection.state === "closed", this.#writeTimeout);
    if (taken) return true;
    if (connection.state === "closed") {
      throw new WebSocketError(
        "ConnectionClosed",
        "sending: the connection was lost before the system took the bytes",
      );
    }
    const message =
      `sending: the system has not taken the bytes within writeTimeout, ${this.#writeTimeout} ms`;
    throw new WebSocketError("Timeout", message, { phase: "write" });
  }

  #waitForSend(done: () => boolean, timeout: number): void {
    this.#start();
    this.#sendWaits = true;
    if (this.#queuedBytes <= this.#capacity) this.#opened.connection.resume();
    this.#wait(done, timeout);
    this.#sendWaits = false;
  }

  /** Makes turns until `done`, the end of the connection, or the time is over. */
  #wait(done: () => boolean, timeout: number): void {
    const { connection, turns } = this.#opened;
    const deadline = performance.now() + timeout;
    const over = (): boolean => done() || connection.finished || performance.now() >= deadline;
    turns.run(over, timeout, deadline);
  }

  get #empty(): boolean {
    return this.#next === this.#queue.length;
  }

  #shift(): Received {
    const { kind, content, receivedAt } = this.#queue[this.#next++];
    this.#received.receivedAt = receivedAt;
    if (this.#empty) {
      this.#queue = [];
      this.#next = 0;
    }
    if (content instanceof Uint8Array) {
      this.#queuedBytes -= content.length;
      return this.#received.take(kind, content);
    }
    return this.#received.end(kind, content);
  }

  /** From now on everything goes to the queue. */
  #start(): void {
    const { connection } = this.#opened;
    if (!connection.running) connection.run(this.#queueing(), undefined as never).catch(() => {});
  }

  #queueing(): Handler<BlockingClient> {
    const { receiveTimes } = this.#opened;
    const keep = (kind: number, payload: Payload): void => {
      this.#queue.push({ kind, content: payload.copy(), receivedAt: receiveTimes?.receivedAt });
      this.#queuedBytes += payload.byteLength;
      if (!this.#sendWaits || this.#queuedBytes > this.#capacity) this.#opened.connection.pause();
    };
    const tell = (event: WebSocketEvent): void => {
      this.#queue.push({ kind: EVENT_KIND[event.type], content: event, receivedAt: undefined });
    };
    return {
      onActivated: () => tell({ type: "activated" }),
      onTextMessage: (_, message) => keep(EVENT_KIND.text, message),
      onBinaryMessage: (_, message) => keep(EVENT_KIND.binary, message),
      onMessagePart: (_, part) => keep(partKind(part.type, part.first, part.final), part),
      onPing: (_, payload) => keep(EVENT_KIND.ping, payload),
      onPong: (_, payload) => keep(EVENT_KIND.pong, payload),
      onConnectionClosed: (_, close) => tell({ type: "closed", close }),
      onError: (_, error) => tell({ type: "error", error }),
      onQuit: () => tell({ type: "quit" }),
    };
  }
}

/** There is no thread to be given one's own. */
function refuseThread({ thread, workerUrl }: BlockingOptions): void {
  const name = thread !== undefined ? "thread" : workerUrl !== undefined ? "workerUrl" : undefined;
  if (name === undefined) return;
  const message =
    `options: ${name} has no use with transport: "syscall", where the caller's thread does the work`;
  throw new WebSocketError("InvalidConfiguration", message);
}
