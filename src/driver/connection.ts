import { CloseCode } from "../core/close_code.ts";
import type { CloseInfo } from "../core/close_info.ts";
import { WebSocketError } from "../core/errors.ts";
import type { MaskKeys } from "../core/mask.ts";
import { Protocol, ProtocolEvent } from "../core/protocol.ts";
import type { ConnectionState } from "../core/state.ts";
import type { ByteStream, ByteStreamSink } from "../transport/transport.ts";
import type { Clock, Timer } from "./clock.ts";
import { decodeAscii } from "./decode_ascii.ts";
import { ioError, isConnectionLost } from "./connection_lost.ts";
import { Ending } from "./ending.ts";
import type { Handler } from "./handler.ts";
import { KeepAlive } from "./keep_alive.ts";
import type { ConnectionLog } from "./logger.ts";
import { Pause, type PauseReason } from "./pause.ts";
import { SendSide } from "./send_side.ts";
import type { ConnectionSettings } from "./settings.ts";
import type { ConnectionStats, ConnectTimings } from "./stats.ts";

/** What a {@linkcode Connection} is made of: all that is there once the opening handshake is over. */
export interface ConnectionParts {
  /** Paused. The connection attaches itself. */
  readonly stream: ByteStream;
  readonly settings: ConnectionSettings;
  readonly clock: Clock;
  readonly log: ConnectionLog;
  readonly maskKeys: MaskKeys;
  readonly timings: ConnectTimings;
  /** Bytes that came behind the server's answer: the first frames. */
  readonly leftover: Uint8Array;
}

/**
 * After a failure the peer gets this long to read our Close and to end the stream; dropping it at once would make
 * the kernel send a reset that can overtake the Close frame.
 */
const LINGER_MS = 1000;

const NOTHING = new Uint8Array(0);

/**
 * An open WebSocket on a byte stream: pumps bytes into the protocol and events out to a handler, keeps the
 * deadlines, and brings the connection to exactly one end. Who wakes it (an event loop, a polling loop) is not its
 * matter: both call the methods of {@linkcode ByteStreamSink}.
 */
export class Connection<Client> implements ByteStreamSink {
  /** The sending half. */
  readonly sending: SendSide;
  /** Called when the system has taken everything that was sent, after some of it had to wait. */
  onFlushed: (() => void) | undefined;
  /** Called when the stream is gone, before the handler's last callbacks. */
  onGone: (() => void) | undefined;

  readonly #stream: ByteStream;
  readonly #settings: ConnectionSettings;
  readonly #clock: Clock;
  readonly #log: ConnectionLog;
  readonly #protocol: Protocol;
  readonly #ending: Ending<Client>;
  readonly #timings: ConnectTimings;
  readonly #keepAlive: KeepAlive | undefined;
  readonly #onAbort = (): void => this.#abort();

  #handler: Handler<Client> | undefined;
  #client: Client | undefined;
  #result: PromiseWithResolvers<CloseInfo> | undefined;
  #outcome: (() => CloseInfo) | undefined;

  /** Read but not handed over: before `run`, or while paused. */
  #stash: Uint8Array = NOTHING;
  #pausedBy = 0;
  /** Whether turns are announced from outside, by `turn`, rather than by the arrival of bytes. */
  #turnsFromOutside = false;
  /** Whether a message or control frame was handed over since the turn began. */
  #busy = false;
  /** The wait for the peer's Close, for the end of the stream, or for the peer to take our last words. */
  #deadline: Timer | undefined;
  /** End the sending side when everything is written. */
  #shutdownWanted = false;
  #peerEnded = false;
  /** The stream is gone. */
  #gone = false;
  #finished = false;
  /** Why the stream ended, where it said so. */
  #lost: WebSocketError | undefined;

  #bytesReceived = 0;
  #messagesReceived = 0;

  constructor(parts: ConnectionParts) {
    const { settings, stream, clock } = parts;
    this.#stream = stream;
    this.#settings = settings;
    this.#clock = clock;
    this.#log = parts.log;
    this.#timings = parts.timings;
    this.#stash = parts.leftover;
    this.#bytesReceived = parts.leftover.length;
    this.#protocol = new Protocol({ ...settings, maskKeys: parts.maskKeys, decodeAscii });
    this.#ending = new Ending(parts.log);
    this.sending = new SendSide(this.#protocol, stream, clock, settings.highWaterMark);
    stream.attach(this);
    settings.signal?.addEventListener("abort", this.#onAbort, { once: true });
    if (settings.keepAlive !== undefined) this.#keepAlive = this.#startKeepAlive(settings.keepAlive);
  }

  /** `closed` when the stream is gone; until then a connection that has exchanged its Close frames is `closing`. */
  get state(): ConnectionState {
    if (this.#gone) return "closed";
    return this.#protocol.state === "closed" ? "closing" : this.#protocol.state;
  }

  get stats(): ConnectionStats {
    return {
      bytesReceived: this.#bytesReceived,
      bytesSent: this.sending.bytesSent,
      framesReceived: this.#protocol.framesReceived,
      framesSent: this.#protocol.framesSent,
      messagesReceived: this.#messagesReceived,
      messagesSent: this.sending.messagesSent,
      connect: this.#timings,
      lastRoundTrip: this.sending.lastRoundTrip,
    };
  }

  /** Whether `run` has been called. */
  get running(): boolean {
    return this.#handler !== undefined;
  }

  /** Whether the last callback has been made. */
  get finished(): boolean {
    return this.#finished;
  }

  /** Delivers everything to `handler` until the end. Once. */
  run(handler: Handler<Client>, client: Client): Promise<CloseInfo> {
    this.#handler = handler;
    this.#client = client;
    const result = this.#result = Promise.withResolvers<CloseInfo>();
    this.#guard(() => handler.onActivated?.(client));
    this.sending.onDrain = () => this.#guard(() => handler.onDrain?.(client));
    this.sending.checkDrain();
    this.#deliverStash();
    if (!this.#paused && !this.#gone) this.#stream.resume();
    return result.promise;
  }

  /** What the promise of `run` has settled to, for who cannot wait for it: returns or throws. Once `finished`. */
  outcome(): CloseInfo {
    return this.#outcome!();
  }

  /** Resolves when the last callback has been made, however it ended. */
  whenFinished(): Promise<void> {
    const over = (): void => {};
    return this.#result === undefined ? Promise.resolve() : this.#result.promise.then(over, over);
  }

  /** Stops delivery, also in the middle of a chunk. What has been read is kept. */
  pause(by: PauseReason = Pause.Reader): void {
    if (!this.#paused) this.#stream.pause();
    this.#pausedBy |= by;
  }

  /** Goes on with delivery, unless it was stopped for another reason too. */
  resume(by: PauseReason = Pause.Reader): void {
    if (!this.#paused) return;
    this.#pausedBy &= ~by;
    if (this.#paused) return;
    this.#deliverStash();
    if (!this.#paused && !this.#gone && this.running) this.#stream.resume();
  }

  /** Begins the closing handshake. */
  close(code: number, reason: string): void {
    const before = this.#protocol.state;
    this.#protocol.close(code, reason);
    if (before !== "open" || this.#protocol.state !== "closing") return;
    this.#log.debug(`closing: ${code}`);
    this.sending.flush();
    this.#waitForEnd(this.#settings.closeTimeout);
  }

  /** Drops the connection; only `onQuit` follows. */
  forceQuit(): void {
    if (this.#finished) return;
    this.#ending.forced = true;
    this.#drop();
  }

  /**
   * Announces a turn: what came since the last one is over. The first call takes this over from the arrival of
   * bytes.
   */
  turn(): void {
    const handler = this.#handler;
    if (handler === undefined || this.#finished || this.#ending.silent) return;
    try {
      if (this.#turnsFromOutside && !this.#busy) handler.onIdle?.(this.#client!);
      this.#turnsFromOutside = true;
      this.#busy = false;
      handler.onPoll?.(this.#client!);
    } catch (value) {
      this.#threw(value);
    }
  }

  onData(bytes: Uint8Array): void {
    this.#bytesReceived += bytes.length;
    this.#keepAlive?.onActivity();
    if (this.#protocol.state === "closed") return;
    if (this.#paused || this.#handler === undefined) this.#keep(bytes);
    else this.#deliver(bytes);
  }

  onWritable(): void {
    this.sending.onWritable();
    if (this.sending.waiting === 0) this.onFlushed?.();
    if (this.#shutdownWanted) this.#shutdown();
  }

  onEnd(): void {
    this.#peerEnded = true;
    if (this.#stash.length > 0) return;
    // Nobody is there to talk to: the peer sends no more, and we had not agreed to end.
    if (!this.#protocol.closeCompleted && this.#ending.error === undefined) this.#drop();
    else this.#shutdown();
    this.#waitForEnd(LINGER_MS);
  }

  onClose(error?: unknown): void {
    this.#gone = true;
    if (error !== undefined) this.#lost = ioError(error);
    if (error !== undefined && !isConnectionLost(error) && !this.#protocol.closeCompleted) {
      this.#ending.fail(this.#lost!);
    }
    this.#deadline?.cancel();
    this.#keepAlive?.stop();
    this.#settings.signal?.removeEventListener("abort", this.#onAbort);
    this.sending.discard();
    this.onGone?.();
    this.#finishWhenDelivered();
  }

  /**
   * One chunk, one turn: events one at a time, each answered before the next frame is looked at. `owned`: the memory
   * is ours, so what is not delivered can be kept without a copy.
   */
  #deliver(bytes: Uint8Array, owned = false): void {
    const handler = this.#handler!;
    const client = this.#client!;
    const protocol = this.#protocol;
    try {
      if (!this.#turnsFromOutside) {
        this.#busy = false;
        handler.onPoll?.(client);
      }
      protocol.receive(bytes);
      while (!this.#ending.silent && !this.#paused) {
        const event = protocol.next();
        if (protocol.output.length > 0) this.sending.flush();
        if (event === ProtocolEvent.None) break;
        this.#busy = true;
        if (event === ProtocolEvent.Binary) {
          this.#messagesReceived++;
          handler.onBinaryMessage?.(client, protocol.payload);
        } else if (event === ProtocolEvent.Text) {
          this.#messagesReceived++;
          handler.onTextMessage?.(client, protocol.payload);
        } else {
          this.#controlEvent(event);
        }
      }
      if (this.#paused && owned && this.#stash.length === 0) this.#stash = protocol.unread();
      else if (this.#paused) this.#keep(protocol.unread());
      if (!this.#busy && !this.#turnsFromOutside && !this.#ending.silent) handler.onIdle?.(client);
    } catch (value) {
      this.#threw(value);
    }
  }

  #controlEvent(event: ProtocolEvent): void {
    const handler = this.#handler!;
    const client = this.#client!;
    if (event === ProtocolEvent.Ping) {
      handler.onPing?.(client, this.#protocol.payload);
    } else if (event === ProtocolEvent.Pong) {
      this.sending.onPong();
      handler.onPong?.(client, this.#protocol.payload);
    } else if (event === ProtocolEvent.Close) {
      // RFC 6455 §7.1.1: the server ends the stream first; it gets a limited time for that.
      this.#waitForEnd(this.#settings.closeTimeout);
    } else {
      this.#fail(this.#protocol.error!);
    }
  }

  /** A violation or a limit: our Close is on its way; nothing more is handed over. */
  #fail(error: WebSocketError): void {
    this.#ending.fail(error);
    this.#shutdown();
    this.#waitForEnd(Math.min(LINGER_MS, this.#settings.closeTimeout));
    if (this.#handler !== undefined) this.#ending.report(this.#handler, this.#client!);
    if (this.#ending.thrown !== undefined) this.#drop();
  }

  #abort(): void {
    const cause = this.#settings.signal!.reason;
    this.giveUp(new WebSocketError("Aborted", "the connection was aborted by its signal", { cause }));
  }

  /** This side will not wait for the peer: a last Close, if one can still be sent, and the stream is dropped. */
  giveUp(error: WebSocketError): void {
    if (!this.#protocol.closeCompleted) {
      this.#ending.fail(error);
      this.#protocol.fail(error, CloseCode.GoingAway);
      this.sending.flush();
    }
    this.#drop();
  }

  #startKeepAlive(options: NonNullable<ConnectionSettings["keepAlive"]>): KeepAlive {
    // Between polls, a sign of life may lie in the socket for that long.
    const timeout = options.timeout + (this.#settings.spinWaitDuration ?? 0);
    return new KeepAlive({ ...options, timeout }, this.#clock, {
      ping: () => {
        if (this.#protocol.state === "open") this.sending.ping();
      },
      dead: () => {
        const message = `no sign of life within ${options.timeout} ms of a ping`;
        this.giveUp(new WebSocketError("Timeout", message, { phase: "keepAlive" }));
      },
      isPaused: () => (this.#pausedBy & Pause.Reader) !== 0 || !this.running,
    });
  }

  /** Limits the wait for the stream's end; a wait that has begun goes on. */
  #waitForEnd(limit: number): void {
    if (this.#gone) return;
    // From here on this deadline decides: a peer that has said goodbye need not answer pings.
    this.#keepAlive?.stop();
    this.#deadline ??= this.#clock.after(limit, () => {
      const message = `the peer did not answer Close within closeTimeout, ${limit} ms`;
      this.giveUp(new WebSocketError("Timeout", message, { phase: "close" }));
    });
  }

  /** Ends the sending side once everything is written. */
  #shutdown(): void {
    this.#shutdownWanted = this.sending.waiting > 0;
    if (!this.#shutdownWanted) this.#stream.shutdown();
  }

  #drop(): void {
    this.#stash = NOTHING;
    if (this.#gone) this.#finishWhenDelivered();
    else this.#stream.destroy();
  }

  get #paused(): boolean {
    return this.#pausedBy !== 0;
  }

  #keep(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    const kept = new Uint8Array(this.#stash.length + bytes.length);
    kept.set(this.#stash);
    kept.set(bytes, this.#stash.length);
    this.#stash = kept;
  }

  #deliverStash(): void {
    const stash = this.#stash;
    this.#stash = NOTHING;
    if (stash.length > 0 && !this.#paused) this.#deliver(stash, true);
    if (this.#stash.length > 0) return;
    if (this.#gone) this.#finishWhenDelivered();
    else if (this.#peerEnded) this.onEnd();
  }

  #finishWhenDelivered(): void {
    if (this.#finished || this.#handler === undefined || this.#stash.length > 0) return;
    this.#finished = true;
    this.#protocol.end();
    const close = this.#protocol.closeInfo(this.#ending.error ?? this.#lost);
    try {
      const info = this.#ending.finish(this.#handler, this.#client!, close);
      this.#outcome = () => info;
      this.#result!.resolve(info);
    } catch (error) {
      this.#outcome = () => {
        throw error;
      };
      this.#result!.reject(error);
    }
  }

  #guard(callback: () => void): void {
    if (this.#ending.silent) return;
    try {
      callback();
    } catch (value) {
      this.#threw(value);
    }
  }

  #threw(value: unknown): void {
    this.#ending.thrown ??= { value };
    this.#drop();
  }
}
