import { WebSocketError } from "../core/errors.ts";
import { Opcode } from "../core/opcode.ts";
import type { Payload } from "../core/payload.ts";
import type { PreparedMessage } from "../core/prepared_message.ts";
import type { Protocol } from "../core/protocol.ts";
import type { ConnectionState } from "../core/state.ts";
import type { ByteStream } from "../transport/transport.ts";
import type { Clock } from "./clock.ts";
import { Outbox } from "./outbox.ts";
import { PingTimes } from "./ping_times.ts";
import type { SendOptions } from "./send_options.ts";

const NOTHING = new Uint8Array(0);

/** The sending half of a connection: from a program's message to the stream, with the backlog watched. */
export class SendSide {
  messagesSent = 0;
  pingsSent = 0;
  /** The most bytes that waited behind a send. */
  peak = 0;
  /** Of the pings, once there was one. */
  pings: PingTimes | undefined;
  /** Told when the backlog is at or below the high-water mark again, after a send answered `false`, while open. */
  drainee: { drain(): void } | undefined;

  readonly #protocol: Protocol;
  readonly #outbox: Outbox;
  readonly #clock: Clock;
  readonly #highWaterMark: number;
  #drainWanted = false;
  #ended = false;

  constructor(protocol: Protocol, stream: ByteStream, clock: Clock, highWaterMark: number) {
    this.#protocol = protocol;
    this.#outbox = new Outbox(protocol, stream);
    this.#clock = clock;
    this.#highWaterMark = highWaterMark;
  }

  /** Bytes that the system has not taken yet. */
  get waiting(): number {
    return this.#outbox.waiting;
  }

  /** Whether something was not taken by the stream before it was gone. */
  get cutOff(): boolean {
    return this.#outbox.pending;
  }

  /** Bytes handed to the stream. */
  get bytesSent(): number {
    return this.#outbox.bytesSent;
  }

  text(text: string | Uint8Array, options?: SendOptions): boolean {
    this.#checkOpen("text message");
    this.#protocol.sendText(text, options?.compress !== false);
    this.messagesSent++;
    return this.#send();
  }

  binary(data: Uint8Array, options?: SendOptions): boolean {
    this.#checkOpen("binary message");
    this.#protocol.sendBinary(data, options?.compress !== false);
    this.messagesSent++;
    return this.#send();
  }

  prepared(message: PreparedMessage, options?: SendOptions): boolean {
    this.#checkOpen("prepared message");
    this.#protocol.sendPrepared(message, options?.compress !== false);
    this.messagesSent++;
    return this.#send();
  }

  /** Begins a message that goes out in parts. */
  begin(type: "text" | "binary", options?: SendOptions): void {
    this.#checkOpen("message");
    this.#protocol.beginMessage(type === "text" ? Opcode.Text : Opcode.Binary, options?.compress !== false);
  }

  /** Sends the next part of it, or the last. */
  part(part: Uint8Array, final: boolean): boolean {
    this.#checkOpen("part of a message");
    this.#protocol.sendPart(part, final);
    if (final) this.messagesSent++;
    return this.#send();
  }

  /** Whether a message goes out in parts, and has not ended. */
  get inMessage(): boolean {
    return this.#protocol.inMessage;
  }

  ping(data: Uint8Array = NOTHING): boolean {
    this.#checkOpen("ping");
    this.#ping(data);
    return this.#send();
  }

  /** A ping that the program knows nothing of, and so need not hear of the backlog either. */
  keepAlivePing(): void {
    this.#outbox.updateUnsent();
    this.#ping(NOTHING);
    this.#outbox.flush();
  }

  pong(data: Uint8Array = NOTHING): boolean {
    this.#checkOpen("pong");
    this.#protocol.sendControl(Opcode.Pong, data);
    return this.#send();
  }

  /** Everything sent inside `fn` leaves in one write, also when it throws. */
  corked<T>(fn: () => T): T {
    this.#outbox.cork();
    try {
      return fn();
    } finally {
      this.uncork();
    }
  }

  /** Whether sends are held back. */
  get isCorked(): boolean {
    return this.#outbox.corked;
  }

  /** Holds everything back until `uncork`; for who cannot wrap the sends in a function. */
  cork(): void {
    this.#outbox.cork();
  }

  /** Ends what `cork` began. */
  uncork(): void {
    this.#outbox.uncork();
    // A stream that took everything at once will not tell; and no callback from within the program's own call.
    if (this.#drainWanted) queueMicrotask(() => this.checkDrain());
  }

  /** Writes what the protocol put out by itself: a pong, a Close. */
  flush(): void {
    this.#outbox.flush();
  }

  /** A pong came. Answers how long the round trip took that it ends, in milliseconds, if it ends one. */
  onPong(payload: Payload): number | undefined {
    return this.pings?.answered(payload, this.#clock.now());
  }

  /** The stream takes bytes again. */
  onWritable(): void {
    this.#outbox.onWritable();
    this.checkDrain();
  }

  /** Tells `drainee` if that is due; as long as there is none, it stays due. */
  checkDrain(): void {
    if (!this.#drainWanted || this.drainee === undefined || this.waiting > this.#highWaterMark) return;
    this.#drainWanted = false;
    // It says: go on sending.
    if (this.#state === "open") this.drainee.drain();
  }

  /** The stream is given up: whoever sends from now on is told so. */
  end(): void {
    this.#ended = true;
  }

  /** The stream is gone. */
  discard(): void {
    this.#ended = true;
    this.#drainWanted = false;
    this.#outbox.discard();
  }

  #ping(data: Uint8Array): void {
    this.#protocol.sendControl(Opcode.Ping, data);
    this.pingsSent++;
    (this.pings ??= new PingTimes()).sent(data, this.#clock.now());
  }

  #send(): boolean {
    this.#outbox.flush();
    const { waiting } = this.#outbox;
    if (waiting > this.peak) this.peak = waiting;
    if (waiting <= this.#highWaterMark) return true;
    this.#drainWanted = true;
    return false;
  }

  get #state(): ConnectionState {
    return this.#ended ? "closed" : this.#protocol.state;
  }

  #checkOpen(what: string): void {
    const state = this.#state;
    if (state === "open") return this.#outbox.updateUnsent();
    throw new WebSocketError("ConnectionClosed", `sending a ${what}: the connection is ${state}`);
  }
}
