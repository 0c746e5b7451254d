import type { SenderHandle } from "../channel/handle.ts";
import { Sender, type SendResult } from "../channel/sender.ts";
import type { WaitingOptions } from "../channel/waiting.ts";
import { messageUnfinished } from "../core/check_send.ts";
import type { PreparedMessage } from "../core/prepared_message.ts";
import type { SendOptions } from "../driver/send_options.ts";
import { PartRecords } from "../thread/part_records.ts";
import { SharedState, Signal } from "../thread/shared_state.ts";
import { checkControl, checkSize } from "./check_control.ts";
import type { ControlMessage } from "./events.ts";
import { MessageWriter, type PartSink } from "./message_writer.ts";
import { preparedCommand } from "./prepared_command.ts";

/** What to send to another thread, for {@linkcode ControlSender.from}: plain data that `postMessage` can clone. */
export interface ControlHandle extends SenderHandle<ControlMessage> {
  /** The connection's shared state. */
  readonly state: SharedArrayBuffer;
}

/**
 * Sends commands to a connection on another thread, from any thread. Commands of one sender are executed in order.
 *
 * When the socket takes no more than `highWaterMark` bytes ahead, the channel fills, and a send waits (`send`,
 * `sendSync`) or is refused (`trySend`). Once the connection begins to close, sends are refused as `closed`.
 *
 * @example
 * ```ts
 * import { AsyncClient } from "@silver9/websocket";
 *
 * const client = await AsyncClient.connect("wss://example.com/feed");
 * client.run();
 * const result = await client.control.sendText("hello");
 * if (!result.sent) console.log(result.reason, result.message);
 * ```
 */
export class ControlSender implements Disposable {
  readonly #sender: Sender<ControlMessage>;
  readonly #state: SharedState;

  private constructor(handle: ControlHandle, options: WaitingOptions) {
    const state = this.#state = new SharedState(handle.state);
    this.#sender = Sender.from(handle, { ...options, onWrite: () => state.post() });
  }

  /**
   * Opens a sender to the same connection, in whatever thread the handle has come to.
   *
   * @throws {WebSocketError} `InvalidConfiguration` for a handle that is none.
   */
  static from(handle: ControlHandle, options: WaitingOptions = {}): ControlSender {
    return new ControlSender(handle, options);
  }

  /** What to send to another thread, for {@linkcode ControlSender.from}. Keep this end open until it has arrived. */
  handle(): ControlHandle {
    return { ...this.#sender.handle(), state: this.#state.memory };
  }

  /** Whether nothing can be sent any more. */
  get isClosed(): boolean {
    return this.#sender.isClosed || this.#state.isCloseWanted;
  }

  /**
   * Sends a command as soon as there is room for it.
   *
   * @throws {WebSocketError} at once, as the methods of `NonBlockingClient`, for what cannot be sent.
   */
  send(message: ControlMessage): Promise<SendResult<ControlMessage>> {
    const done = this.#done(message);
    if (done !== undefined) return Promise.resolve(done);
    // A connection that has ended was not closed by this.
    const closes = message.type === "close" && !this.#sender.isClosed;
    const result = this.#sender.send(message);
    if (closes) this.#state.signal(Signal.Close);
    return result;
  }

  /** Sends a command if there is room now. */
  trySend(message: ControlMessage): SendResult<ControlMessage> {
    return this.#done(message) ?? this.#sent(message, this.#sender.trySend(message));
  }

  /** Blocks this thread until there is room, at most `timeout` milliseconds: then it is refused as `full`. */
  sendSync(message: ControlMessage, timeout?: number): SendResult<ControlMessage> {
    return this.#done(message) ?? this.#sent(message, this.#sender.sendSync(message, timeout));
  }

  /** Sends a text message; bytes must be UTF-8. */
  sendText(data: string | Uint8Array, options?: SendOptions): Promise<SendResult<ControlMessage>> {
    return this.send({ ...options, type: "sendText", data });
  }

  /** Sends a binary message. */
  sendBinary(data: Uint8Array, options?: SendOptions): Promise<SendResult<ControlMessage>> {
    return this.send({ ...options, type: "sendBinary", data });
  }

  /** Sends a message that {@linkcode prepareText} or {@linkcode prepareBinary} has made ready. */
  sendPrepared(message: PreparedMessage, options?: SendOptions): Promise<SendResult<ControlMessage>> {
    return this.send(preparedCommand(message, options));
  }

  /**
   * Begins a text message that is sent in parts; nothing is sent yet. Until it has been ended, no sender of this
   * connection, on any thread, may send another message. Wait for each part before the next one: that is what limits the
   * memory taken.
   *
   * @throws {WebSocketError} `SocketUnavailable` while another one has not been ended.
   */
  beginText(options?: SendOptions): MessageWriter<string | Uint8Array, Promise<SendResult<Uint8Array>>> {
    return MessageWriter.text(this.#begin("text", options));
  }

  /** Begins a binary message that is sent in parts; otherwise as {@linkcode ControlSender.beginText}. */
  beginBinary(options?: SendOptions): MessageWriter<Uint8Array, Promise<SendResult<Uint8Array>>> {
    return MessageWriter.binary(this.#begin("binary", options));
  }

  #begin(type: "text" | "binary", options?: SendOptions): PartSink<Promise<SendResult<Uint8Array>>> {
    if (!this.#state.beginMessage()) throw messageUnfinished();
    const records = new PartRecords(type, options?.compress !== false);
    return (bytes, final) => {
      checkSize(bytes.length, this.#state.largestSend);
      return this.#sendPart(records, bytes, final);
    };
  }

  async #sendPart(records: PartRecords, bytes: Uint8Array, final: boolean): Promise<SendResult<Uint8Array>> {
    if (this.isClosed) return { sent: false, reason: "closed", message: bytes };
    if (bytes.length === 0 && !final) return { sent: true };
    const record = records.record(bytes, final);
    records.accept();
    const outcome = await this.#sender.sendRecord(record);
    if (final) this.#state.endMessage();
    return outcome === "sent" ? { sent: true } : { sent: false, reason: outcome, message: bytes };
  }

  /** Sends a ping with up to 125 bytes. */
  sendPing(data?: Uint8Array): Promise<SendResult<ControlMessage>> {
    return this.send({ type: "sendPing", data });
  }

  /** Sends a pong that nobody asked for, with up to 125 bytes. */
  sendPong(data?: Uint8Array): Promise<SendResult<ControlMessage>> {
    return this.send({ type: "sendPong", data });
  }

  /** Begins the closing handshake: `code` is 1000 (default) or 3000 to 4999, `reason` at most 123 bytes. */
  close(code?: number, reason?: string): Promise<SendResult<ControlMessage>> {
    return this.send({ type: "close", code, reason });
  }

  /** Leaves at once, ahead of all that waits in the channel: no Close frame, no further event but `quit`. */
  forceQuit(): void {
    this.#state.signal(Signal.ForceQuit);
  }

  /** Lets go of this end. The last sender to go closes the channel; the connection stays open. */
  release(): void {
    this.#sender.release();
  }

  /** {@linkcode ControlSender.release}. */
  [Symbol.dispose](): void {
    this.release();
  }

  /** What can be said of a command before it goes into the channel. */
  #done(message: ControlMessage): SendResult<ControlMessage> | undefined {
    checkControl(message, this.#state.largestSend);
    const isMessage = message.type === "sendText" || message.type === "sendBinary";
    if (isMessage && this.#state.inMessage) throw messageUnfinished();
    if (message.type === "forceQuit") {
      this.forceQuit();
      return { sent: true };
    }
    return this.#state.isCloseWanted ? { sent: false, reason: "closed", message } : undefined;
  }

  /** From a Close on, nothing more is taken. */
  #sent(message: ControlMessage, result: SendResult<ControlMessage>): SendResult<ControlMessage> {
    if (message.type === "close" && result.sent) this.#state.signal(Signal.Close);
    return result;
  }
}
