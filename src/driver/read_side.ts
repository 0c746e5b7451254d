import type { WebSocketError } from "../core/errors.ts";
import type { Payload } from "../core/payload.ts";
import { type Protocol, ProtocolEvent } from "../core/protocol.ts";
import type { ByteStream } from "../transport/transport.ts";
import type { Handler } from "./handler.ts";
import { Pause, type PauseReason } from "./pause.ts";
import type { SendSide } from "./send_side.ts";

/** What a {@linkcode ReadSide} tells its connection, which is this: an object of its own would take memory in each. */
export interface ReadSideEvents {
  /** The peer's Close came, and was answered unless it is the answer to ours. */
  onPeerClose(): void;
  /** The peer broke a rule or passed a limit; a Close has been sent. */
  onViolation(error: WebSocketError): void;
  /** A pong came. */
  onPong(payload: Payload): void;
  /** Called where it is set when a chunk is over, however it ended. */
  readonly onDelivered: (() => void) | undefined;
  /** Whoever takes the messages has asked for a pause, and there was none. */
  onPause(): void;
  /** A callback threw. */
  onThrow(value: unknown): void;
  /** Whether no further callback may be made. */
  isSilent(): boolean;
}

const NOTHING = new Uint8Array(0);

/** The receiving half of a connection: from the stream's chunks to a handler's callbacks, one turn after the other. */
export class ReadSide<Client> {
  bytesReceived: number;
  messagesReceived = 0;
  pingsReceived = 0;
  pongsReceived = 0;
  /** How often whoever takes the messages has asked for a pause. */
  pauses = 0;

  readonly #protocol: Protocol;
  readonly #sending: SendSide;
  readonly #stream: ByteStream;
  readonly #events: ReadSideEvents;
  #handler: Handler<Client> | undefined;
  #client: Client | undefined;
  /** Read but not handed over: before there is a handler, or while paused. */
  #kept: Uint8Array;
  #pausedBy = 0;
  /** Whether turns are announced from outside, by `turn`, rather than by the arrival of bytes. */
  #turnsFromOutside = false;
  /** Whether a callback may be under way that is about something kept. */
  #delivering = false;
  #discarded = false;
  /** Whether a message or control frame was handed over since the turn began. */
  #busy = false;

  /** `leftover` has been read already. */
  constructor(
    parts: { readonly protocol: Protocol; readonly sending: SendSide; readonly stream: ByteStream },
    events: ReadSideEvents,
    leftover: Uint8Array,
  ) {
    this.#protocol = parts.protocol;
    this.#sending = parts.sending;
    this.#stream = parts.stream;
    this.#events = events;
    this.#kept = leftover;
    this.bytesReceived = leftover.length;
  }

  /** Whether something that was read waits to be handed over. */
  get hasKept(): boolean {
    // Of a part that was inflated, what did not fit is kept by the protocol.
    return this.#kept.length > 0 || (this.#protocol.pending && !this.#discarded);
  }

  /** Whether what was kept is just being handed over. */
  get isDelivering(): boolean {
    return this.#delivering;
  }

  /** Whether whoever takes the messages has asked for a pause. */
  get isPausedByReader(): boolean {
    return (this.#pausedBy & Pause.Reader) !== 0;
  }

  get #paused(): boolean {
    return this.#pausedBy !== 0;
  }

  /** From now on everything goes to `handler`. Begin by `deliverKept`. */
  begin(handler: Handler<Client>, client: Client): void {
    this.#handler = handler;
    this.#client = client;
  }

  /** Stops delivery, also in the middle of a chunk. What has been read is kept. */
  pause(by: PauseReason): void {
    if (!this.#paused) this.#stream.pause();
    const isNew = by === Pause.Reader && !this.isPausedByReader;
    this.#pausedBy |= by;
    if (!isNew) return;
    this.pauses++;
    this.#events.onPause();
  }

  /** Takes one reason to pause away. Answers whether there is none left. */
  unpause(by: PauseReason): boolean {
    this.#pausedBy &= ~by;
    return !this.#paused;
  }

  /** Hands over what was kept, then lets the stream flow. Answers whether nothing is left to be handed over. */
  deliverKept(): boolean {
    if (this.hasKept && !this.#paused) {
      const kept = this.#kept;
      this.#kept = NOTHING;
      this.#delivering = true;
      this.#deliver(kept, true);
      this.#delivering = false;
    }
    return !this.hasKept;
  }

  /** Lets the stream flow, unless paused. */
  flow(): void {
    if (!this.#paused) this.#stream.resume();
  }

  /** Forgets what was kept, and keeps nothing any more. */
  discard(): void {
    this.#discarded = true;
    this.#kept = NOTHING;
  }

  /** Announces a turn: what came since the last one is over. The first call takes this over from the bytes' arrival. */
  turn(): void {
    const handler = this.#handler;
    if (handler === undefined || this.#events.isSilent()) return;
    try {
      if (this.#turnsFromOutside && !this.#busy) handler.onIdle?.(this.#client!);
      this.#turnsFromOutside = true;
      this.#busy = false;
      handler.onPoll?.(this.#client!);
    } catch (value) {
      this.#events.onThrow(value);
    }
  }

  /** Bytes arrived, in memory that is the stream's. */
  onData(bytes: Uint8Array): void {
    this.bytesReceived += bytes.length;
    // After the peer's Close, or a failure, what comes is not even looked at.
    if (this.#protocol.state === "closed" || this.#discarded) return;
    if (this.#paused || this.#handler === undefined) this.#keep(bytes);
    else this.#deliver(bytes, false);
  }

  /**
   * One chunk, one turn: events one at a time, each answered before the next frame is looked at. `owned`: the memory
   * is ours, so what is not delivered can be kept without a copy.
   */
  #deliver(bytes: Uint8Array, owned: boolean): void {
    const handler = this.#handler!;
    const client = this.#client!;
    const protocol = this.#protocol;
    try {
      if (!this.#turnsFromOutside) {
        this.#busy = false;
        handler.onPoll?.(client);
      }
      protocol.receive(bytes);
      while (!this.#paused && !this.#events.isSilent()) {
        const event = protocol.next();
        if (protocol.output.length > 0) this.#sending.flush();
        if (event === ProtocolEvent.None) break;
        this.#busy = true;
        if (event === ProtocolEvent.Binary) {
          this.messagesReceived++;
          handler.onBinaryMessage?.(client, protocol.payload);
        } else if (event === ProtocolEvent.Text) {
          this.messagesReceived++;
          handler.onTextMessage?.(client, protocol.payload);
        } else {
          this.#otherEvent(event);
        }
      }
      if (this.#paused && !this.#discarded) {
        if (owned && !this.hasKept) this.#kept = protocol.unread();
        else this.#keep(protocol.unread());
      }
      if (!this.#busy && !this.#turnsFromOutside && !this.#events.isSilent()) handler.onIdle?.(client);
    } catch (value) {
      this.#events.onThrow(value);
    } finally {
      this.#events.onDelivered?.();
    }
  }

  #otherEvent(event: ProtocolEvent): void {
    const handler = this.#handler!;
    const client = this.#client!;
    switch (event) {
      case ProtocolEvent.Ping:
        this.pingsReceived++;
        return handler.onPing?.(client, this.#protocol.payload);
      case ProtocolEvent.Pong:
        this.pongsReceived++;
        this.#events.onPong(this.#protocol.payload);
        return handler.onPong?.(client, this.#protocol.payload);
      case ProtocolEvent.Part:
        if (this.#protocol.part.final) this.messagesReceived++;
        return handler.onMessagePart?.(client, this.#protocol.part);
      case ProtocolEvent.Close:
        return this.#events.onPeerClose();
      default:
        return this.#events.onViolation(this.#protocol.error!);
    }
  }

  #keep(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    const kept = new Uint8Array(this.#kept.length + bytes.length);
    kept.set(this.#kept);
    kept.set(bytes, this.#kept.length);
    this.#kept = kept;
  }
}
