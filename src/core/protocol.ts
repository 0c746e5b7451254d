import { checkBytes, checkCloseCode, checkControlPayload, messageUnfinished } from "./check_send.ts";
import { CloseCode } from "./close_code.ts";
import { type CloseFrame, closePayload, parseClose } from "./close_frame.ts";
import type { CloseInfo } from "./close_info.ts";
import type { PerMessageDeflate } from "./deflate.ts";
import { WebSocketError } from "./errors.ts";
import type { MaskKeys } from "./mask.ts";
import { MessageDecoder, type MessageDecoderOptions, PART } from "./message_decoder.ts";
import type { MessagePart } from "./message_part.ts";
import { MessageSender } from "./message_sender.ts";
import { Opcode } from "./opcode.ts";
import type { OutputBuffer } from "./output_buffer.ts";
import type { Payload } from "./payload.ts";
import { checkPrepared, type PreparedMessage } from "./prepared_message.ts";
import { type ConnectionState, nextState } from "./state.ts";

/**
 * What {@linkcode Protocol.next} found. Messages and control frames are told by their opcode; `Failed` says
 * that the connection has to be dropped, `None` that more bytes are needed.
 */
export const ProtocolEvent = {
  None: 0,
  Text: Opcode.Text,
  Binary: Opcode.Binary,
  Close: Opcode.Close,
  Ping: Opcode.Ping,
  Pong: Opcode.Pong,
  Failed: 16,
  /** A part of a message: see `ProtocolOptions.messageParts`. */
  Part: PART,
} as const;

/** One of the values of {@linkcode ProtocolEvent}. */
export type ProtocolEvent = (typeof ProtocolEvent)[keyof typeof ProtocolEvent];

/** What a {@linkcode Protocol} needs. */
export interface ProtocolOptions extends Omit<MessageDecoderOptions, "inflate"> {
  /** Where masking keys come from; connections may share it. */
  readonly maskKeys: MaskKeys;
  /** Bytes that may wait to be written before a sending method throws `LimitExceeded`. */
  readonly maxBufferedAmount: number;
  /** permessage-deflate, where the handshake agreed on it. */
  readonly deflate?: PerMessageDeflate;
}

/** Pongs go straight out while less than this many bytes wait; beyond, only the latest is kept. */
const PONG_BACKLOG = 16 * 1024;

/**
 * A client's side of RFC 6455 after the opening handshake, without I/O: bytes in by `receive`, events out by
 * `next`, bytes out in `output`.
 *
 * The caller's duties: after `receive`, call `next` until `None`, and after each event and each sending method
 * write out what `output` holds. After `Close` or `Failed` write that out too, then end the stream: nothing more
 * is read. There is no clock in here: while `state` is `closing`, the caller limits the wait for the peer.
 *
 * @example
 * ```ts
 * import { MaskKeys, Protocol, ProtocolEvent } from "@silver9/websocket/core";
 *
 * const protocol = new Protocol({
 *   maskKeys: new MaskKeys((bytes) => crypto.getRandomValues(bytes)),
 *   maxFrameSize: 1 << 20,
 *   maxMessageSize: 1 << 20,
 *   maxBufferedAmount: 1 << 20,
 * });
 * protocol.receive(new Uint8Array([0x89, 1, 7, 0x81, 2, 0x68, 0x69])); // a ping and a text frame
 * for (let event; (event = protocol.next()) !== ProtocolEvent.None;) {
 *   if (event === ProtocolEvent.Ping) console.log(protocol.output.length); // prints: 7
 *   if (event === ProtocolEvent.Text) console.log(protocol.payload.text); // prints: hi
 * }
 * ```
 */
export class Protocol {
  /** Frames to be written. The caller empties it. */
  readonly output: OutputBuffer;

  readonly #decoder: MessageDecoder;
  readonly #sender: MessageSender;
  readonly #deflate: PerMessageDeflate | undefined;
  #state: ConnectionState = "open";
  /** The answer to the latest ping, when too much was waiting to append it (§5.5.3). */
  #pong: Uint8Array | undefined;
  #closeSent = false;
  #closeReceived: CloseFrame | undefined;
  #initiator: CloseInfo["initiator"] = "none";
  #error: WebSocketError | undefined;

  /** Begins in state `open`: the opening handshake is over. */
  constructor(options: ProtocolOptions) {
    const { deflate, maskKeys, maxBufferedAmount, utf8Checks } = options;
    this.#decoder = new MessageDecoder({ ...options, inflate: deflate?.receiver });
    this.#sender = new MessageSender({ maskKeys, maxBufferedAmount, utf8Checks, deflate: deflate?.sender });
    this.output = this.#sender.output;
    this.#deflate = deflate;
  }

  /** Where the connection stands. */
  get state(): ConnectionState {
    return this.#state;
  }

  /** Bytes that the caller took out of `output` and could not write yet; it keeps this up to date. */
  get unsent(): number {
    return this.#sender.unsent;
  }

  set unsent(bytes: number) {
    this.#sender.unsent = bytes;
  }

  /** What the peer did wrong, after `Failed`. */
  get error(): WebSocketError | undefined {
    return this.#error;
  }

  /** The content of what `next` found, until the next call. */
  get payload(): Payload {
    return this.#decoder.payload;
  }

  /** As `payload`, where `next` found a part of a message. */
  get part(): MessagePart {
    return this.#decoder.part!;
  }

  /** Whether there is more to be had from `next` without another chunk, before it has answered `None`. */
  get pending(): boolean {
    return this.#decoder.pending && this.#state !== "closed";
  }

  /** Frames put into `output` so far. */
  get framesSent(): number {
    return this.#sender.frames;
  }

  /** Frames whose header has been read so far. */
  get framesReceived(): number {
    return this.#decoder.frames;
  }

  /** Whether both Close frames have been exchanged: what is left is for the server to end the stream (§7.1.1). */
  get closeCompleted(): boolean {
    return this.#closeSent && this.#closeReceived !== undefined;
  }

  /** Hands in bytes from the peer; they must not change until `next` has answered `None`. */
  receive(bytes: Uint8Array): void {
    if (this.#state !== "closed") this.#decoder.push(bytes);
  }

  /** Bytes handed in that `next` has not looked at. */
  unread(): Uint8Array {
    return this.#decoder.rest();
  }

  /** The next event. A ping has been answered, and a Close too, when it is told. */
  next(): ProtocolEvent {
    if (this.#state === "closed") return ProtocolEvent.None;
    try {
      const opcode = this.#decoder.next();
      if (opcode >= Opcode.Close) this.#control(opcode);
      return opcode as ProtocolEvent;
    } catch (error) {
      if (!(error instanceof WebSocketError)) throw error;
      this.fail(error, error.closeCode ?? CloseCode.ProtocolError);
      this.#decoder.release();
      return ProtocolEvent.Failed;
    }
  }

  #control(opcode: number): void {
    const payload = this.#decoder.payload;
    if (opcode === Opcode.Ping) {
      if (this.#state === "open") this.#answerPing(payload.bytes);
    } else if (opcode === Opcode.Close) {
      const close = parseClose(payload.bytes);
      if (this.#state === "open") {
        this.#initiator = "remote";
        // §5.5.1: the answer typically echoes the code.
        this.#sendClose(close.code, "");
      }
      this.#closeReceived = close;
      this.#enter("remoteClose");
      this.#decoder.release();
    }
  }

  /** §5.5.3: as soon as is practical; of several pings that wait for an answer the latest is enough. */
  #answerPing(payload: Uint8Array): void {
    if (this.output.length + this.unsent < PONG_BACKLOG) {
      this.#sender.frame(Opcode.Pong, payload);
      this.#pong = undefined;
    } else {
      this.#pong = payload.slice();
    }
  }

  /** Appends the pong that had to wait, if any. Call when nothing is unsent but what is in `output`. */
  releasePong(): void {
    if (this.#pong === undefined) return;
    this.#sender.frame(Opcode.Pong, this.#pong);
    this.#pong = undefined;
  }

  /**
   * Appends a text message. Bytes must be UTF-8, else it throws `InvalidConfiguration`. Like every sending method
   * it throws `LimitExceeded`, and appends nothing, where more than `maxBufferedAmount` would wait (without
   * compression), and `ConnectionClosed` once a Close has been sent. `compress`: unless it is too short for that.
   */
  sendText(text: string | Uint8Array, compress = true): void {
    if (typeof text === "string") {
      this.#checkFree(text.length);
      this.#sender.text(text, compress);
    } else {
      checkBytes("a text", text);
      this.#checkFree(text.length);
      this.#sender.textBytes(text, compress);
    }
  }

  /** Appends a binary message. */
  sendBinary(data: Uint8Array, compress = true): void {
    checkBytes("a binary message", data);
    this.#checkFree(data.length);
    this.#sender.binary(data, compress);
  }

  /** Appends a message made ready before. */
  sendPrepared(message: PreparedMessage, compress = true): void {
    checkPrepared(message);
    this.#checkFree(message.byteLength);
    this.#sender.prepared(message, compress);
  }

  /** Whether a message goes out in parts, and has not ended. */
  get inMessage(): boolean {
    return this.#sender.inMessage;
  }

  /** Begins a message that goes out in parts, a frame each: until it ends, there can be no other (§5.4). */
  beginMessage(opcode: typeof Opcode.Text | typeof Opcode.Binary, compress = true): void {
    this.#checkFree(0);
    this.#sender.begin(opcode, compress);
  }

  /** Appends the next part, or the last. That a text is UTF-8, over all its parts, the caller sees to. */
  sendPart(part: Uint8Array, final: boolean): void {
    this.#checkOpen(part.length);
    this.#sender.part(part, final);
  }

  /** Appends a ping or a pong; throws `LimitExceeded` for more than 125 bytes (§5.5). */
  sendControl(opcode: typeof Opcode.Ping | typeof Opcode.Pong, data: Uint8Array): void {
    checkControlPayload(opcode === Opcode.Ping ? "ping" : "pong", data);
    this.#checkOpen(data.length);
    this.#sender.checkRoom(data.length);
    this.#sender.frame(opcode, data);
  }

  #checkFree(payloadLength: number): void {
    this.#checkOpen(payloadLength);
    if (this.#sender.inMessage) throw messageUnfinished();
  }

  #checkOpen(payloadLength: number): void {
    // §5.5.1: nothing follows a Close frame.
    if (this.#state === "open") return;
    const what = `sending ${payloadLength} bytes`;
    throw new WebSocketError("ConnectionClosed", `${what}: the connection is ${this.#state}`);
  }

  /**
   * Begins the closing handshake; does nothing when it has begun. Without a code, the Close frame has no body. Throws
   * `InvalidConfiguration` for a code that is not 1000 or 3000 to 4999, or a reason of more than 123 bytes.
   */
  close(code: number | undefined, reason: string): void {
    if (code !== undefined) checkCloseCode(code);
    const payload = closePayload(code ?? CloseCode.NoStatus, reason);
    if (this.#state !== "open") return;
    this.#initiator = "local";
    this.#sendClosePayload(payload);
    this.#enter("localClose");
  }

  /**
   * Fails the connection (§7.1.7): a Close with this code, unless one was sent, then nothing more either way.
   * `payload` stays what it is until `end`.
   */
  fail(error: WebSocketError, closeCode: number): void {
    if (this.#state === "closed") return;
    this.#error = error;
    this.#initiator = "local";
    this.#sendClose(closeCode, "");
    this.#enter("failure");
  }

  /** The stream has ended, or is given up; lets go of `payload` too. */
  end(): void {
    this.#enter("streamEnd");
    this.#pong = undefined;
    this.#decoder.release();
    this.#deflate?.close();
  }

  #sendClose(code: number, reason: string): void {
    if (!this.#closeSent) this.#sendClosePayload(closePayload(code, reason));
  }

  #sendClosePayload(payload: Uint8Array): void {
    this.releasePong();
    this.#sender.frame(Opcode.Close, payload);
    this.#closeSent = true;
  }

  #enter(transition: Parameters<typeof nextState>[1]): void {
    this.#state = nextState(this.#state, transition);
    if (this.#state === "closed") this.#decoder.discard();
  }

  /** How the connection ended, once it has; `error` is what the transport or a deadline said. */
  closeInfo(error?: WebSocketError): CloseInfo {
    const cause = this.#error ?? (this.closeCompleted ? undefined : error);
    return {
      code: this.#closeReceived?.code ?? CloseCode.Abnormal,
      reason: this.#closeReceived?.reason ?? "",
      wasClean: this.closeCompleted,
      initiator: this.#initiator,
      ...(cause === undefined ? {} : { error: cause }),
    };
  }
}
