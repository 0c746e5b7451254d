import { CloseCode } from "../core/close_code.ts";
import type { CloseInfo } from "../core/close_info.ts";
import type { PerMessageDeflate } from "../core/deflate.ts";
import { frameSize } from "../core/encoder.ts";
import { WebSocketError } from "../core/errors.ts";
import type { MaskKeys } from "../core/mask.ts";
import { Protocol } from "../core/protocol.ts";
import type { ConnectionState } from "../core/state.ts";
import type { ByteStream, ByteStreamSink } from "../transport/transport.ts";
import type { Clock, Timer } from "./clock.ts";
import { decodeAscii } from "./decode_ascii.ts";
import { ioError, isConnectionLost } from "./connection_lost.ts";
import { Ending } from "./ending.ts";
import type { Handler } from "./handler.ts";
import { IdleRelease } from "./idle_release.ts";
import { KeepAlive } from "./keep_alive.ts";
import type { ConnectionLog } from "./logger.ts";
import { Pause, type PauseReason } from "./pause.ts";
import { ReadSide } from "./read_side.ts";
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
  /** Where the handshake agreed on compression. */
  readonly deflate?: PerMessageDeflate;
}

/**
 * After a failure the peer gets this long to read our Close and to end the stream; dropping it at once would make
 * the kernel send a reset that can overtake the Close frame.
 */
const LINGER_MS = 1000;

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
  readonly #reading: ReadSide<Client>;
  readonly #ending: Ending<Client>;
  readonly #timings: ConnectTimings;
  readonly #keepAlive: KeepAlive | undefined;
  readonly #deflate: PerMessageDeflate | undefined;
  readonly #idleRelease: IdleRelease | undefined;
  readonly #onAbort = (): void => this.#abort();

  #handler: Handler<Client> | undefined;
  #client: Client | undefined;
  #result: PromiseWithResolvers<CloseInfo> | undefined;
  #outcome: (() => CloseInfo) | undefined;

  /** The wait for the peer's Close, for the end of the stream, or for the peer to take our last words. */
  #deadline: Timer | undefined;
  /** End the sending side when everything is written. */
  #shutdownWanted = false;
  /** The stream is given up, and may not have told its end yet. */
  #dropped = false;
  /** Whether `close` began the end. */
  #closedByUser = false;
  #peerEnded = false;
  /** The stream is gone. */
  #gone = false;
  #finished = false;
  /** `onActivated` is under way. */
  #activating = false;
  /** Whether the stream ended before everything was written, our Close for one. */
  #unsentAtEnd = false;
  /** Why the stream ended, where it said so. */
  #lost: WebSocketError | undefined;

  constructor(parts: ConnectionParts) {
    const { settings, stream, clock } = parts;
    this.#stream = stream;
    this.#settings = settings;
    this.#clock = clock;
    this.#log = parts.log;
    this.#timings = parts.timings;
    const { maskKeys, deflate } = parts;
    const protocol = this.#protocol = new Protocol({ ...settings, maskKeys, deflate, decodeAscii });
    this.#ending = new Ending(parts.log);
    const sending = this.sending = new SendSide(protocol, stream, clock, settings.highWaterMark);
    this.#reading = new ReadSide({ protocol, sending, stream }, {
      // RFC 6455 §7.1.1: the server ends the stream first; it gets a limited time for that.
      onPeerClose: () => this.#waitForEnd(this.#closeLimit),
      onViolation: (error) => this.#fail(error),
      onThrow: (value) => this.#threw(value),
      isSilent: () => this.#ending.silent,
    }, parts.leftover);
    stream.attach(this);
    settings.signal?.addEventListener("abort", this.#onAbort, { once: true });
    if (settings.keepAlive !== undefined) this.#keepAlive = this.#startKeepAlive(settings.keepAlive);
    const releaseWhenIdle = settings.perMessageDeflate?.releaseWhenIdle;
    this.#deflate = deflate;
    if (deflate !== undefined && releaseWhenIdle !== undefined) {
      this.#idleRelease = new IdleRelease(deflate, clock, releaseWhenIdle);
    }
  }

  /** `closed` when the stream is gone or given up; until then a connection that has exchanged its Close frames is `closing`. */
  get state(): ConnectionState {
    if (this.#gone || this.#dropped) return "closed";
    return this.#protocol.state === "closed" ? "closing" : this.#protocol.state;
  }

  get stats(): ConnectionStats {
    return {
      bytesReceived: this.#reading.bytesReceived,
      bytesSent: this.sending.bytesSent,
      framesReceived: this.#protocol.framesReceived,
      framesSent: this.#protocol.framesSent,
      messagesReceived: this.#reading.messagesReceived,
      messagesSent: this.sending.messagesSent,
      connect: this.#timings,
      lastRoundTrip: this.sending.lastRoundTrip,
    };
  }

  /** Whether `run` has been called. */
  get running(): boolean {
    return this.#result !== undefined;
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
    this.#activate(handler, client);
    this.sending.onDrain = () => this.#guard(() => handler.onDrain?.(client));
    this.sending.checkDrain();
    this.#reading.begin(handler, client);
    this.#goOn();
    return result.promise;
  }

  /** Whether this side's user ended it, by `close` or `forceQuit`, before it ended by itself. */
  get endedByUser(): boolean {
    return this.#closedByUser || this.#ending.forced;
  }

  /** From now on `run` answers how it ended, where it would fail because the handler has no `onError`. */
  forgive(): void {
    this.#ending.forgiving = true;
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
    this.#reading.pause(by);
  }

  /** Goes on with delivery, unless it was stopped for another reason too. */
  resume(by: PauseReason = Pause.Reader): void {
    if (this.#reading.unpause(by) && this.running) this.#goOn();
  }

  /** Begins the closing handshake. Without a code, the Close frame has no body. */
  close(code: number | undefined, reason: string): void {
    const before = this.#protocol.state;
    this.#protocol.close(code, reason);
    if (before !== "open" || this.#protocol.state !== "closing") return;
    this.#closedByUser = true;
    this.#log.debug(`closing: ${code ?? "without a code"}`);
    this.sending.flush();
    this.#waitForEnd(this.#closeLimit);
  }

  /** Drops the connection; only `onQuit` follows. */
  forceQuit(): void {
    if (this.#finished) return;
    this.#ending.forced = true;
    this.#drop();
  }

  /** Announces a turn of a loop of one's own, instead of the arrival of bytes. */
  turn(): void {
    if (!this.#finished) this.#reading.turn();
  }

  onData(bytes: Uint8Array): void {
    this.#keepAlive?.onActivity();
    this.#reading.onData(bytes);
  }

  onWritable(): void {
    this.sending.onWritable();
    if (this.sending.waiting === 0) this.onFlushed?.();
    if (this.#shutdownWanted) this.#shutdown();
  }

  onEnd(): void {
    this.#peerEnded = true;
    if (this.#reading.hasKept) return;
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
    this.#idleRelease?.stop();
    // What was read before may still have to be inflated.
    this.#deflate?.sender.close();
    this.#settings.signal?.removeEventListener("abort", this.#onAbort);
    this.#unsentAtEnd = this.sending.cutOff;
    this.sending.discard();
    this.onGone?.();
    this.#finishWhenDelivered();
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
    const { maxBufferedAmount } = this.#settings;
    const timeout = options.timeout + this.#timeBetweenPolls;
    return new KeepAlive({ ...options, timeout }, this.#clock, {
      ping: () => {
        if (this.#protocol.state !== "open") return;
        // Where the backlog has no room for it, nobody reads, and a ping would not be read either.
        if (this.sending.waiting + frameSize(0) <= maxBufferedAmount) this.sending.keepAlivePing();
      },
      dead: () => {
        const message = `no sign of life within ${options.timeout} ms of a ping`;
        this.giveUp(new WebSocketError("Timeout", message, { phase: "keepAlive" }));
      },
      isPaused: () => this.#reading.isPausedByReader || !this.running,
    });
  }

  /** Between polls, a sign of life may lie in the socket for that long. */
  get #timeBetweenPolls(): number {
    return this.#settings.spinWaitDuration ?? 0;
  }

  get #closeLimit(): number {
    return this.#settings.closeTimeout + this.#timeBetweenPolls;
  }

  /** Limits the wait for the stream's end; a wait that has begun goes on. */
  #waitForEnd(limit: number): void {
    if (this.#gone) return;
    // From here on this deadline decides: a peer that has said goodbye need not answer pings.
    this.#keepAlive?.stop();
    this.#deadline ??= this.#clock.after(limit, () => {
      const message = `the peer did not answer Close within closeTimeout, ${this.#settings.closeTimeout} ms`;
      this.giveUp(new WebSocketError("Timeout", message, { phase: "close" }));
    });
  }

  /** Ends the sending side once everything is written. */
  #shutdown(): void {
    this.#shutdownWanted = this.sending.waiting > 0;
    if (!this.#shutdownWanted) this.#stream.shutdown();
  }

  #drop(): void {
    this.#dropped = true;
    this.sending.end();
    this.#reading.discard();
    if (!this.#gone) this.#stream.destroy();
    // A callback must have returned before the last ones are made; `#goOn` sees to that.
    else if (!this.#activating && !this.#reading.isDelivering) this.#finishWhenDelivered();
  }

  /** Hands over what was read before, and then what comes; or the end, if that has come. */
  #goOn(): void {
    if (!this.#reading.deliverKept()) return;
    if (this.#gone) this.#finishWhenDelivered();
    else if (this.#peerEnded) this.onEnd();
    else this.#reading.flow();
  }

  #finishWhenDelivered(): void {
    if (this.#finished || !this.running || this.#reading.hasKept) return;
    this.#finished = true;
    this.#protocol.end();
    const info = this.#protocol.closeInfo(this.#ending.error ?? this.#lost);
    const close = { ...info, wasClean: info.wasClean && !this.#unsentAtEnd };
    try {
      const info = this.#ending.finish(this.#handler!, this.#client!, close);
      this.#outcome = () => info;
      this.#result!.resolve(info);
    } catch (error) {
      this.#outcome = () => {
        throw error;
      };
      this.#result!.reject(error);
    }
  }

  /** A connection that has ended before it ran says so by its end: that a send came too late for it says less. */
  #activate(handler: Handler<Client>, client: Client): void {
    const ended = this.state === "closed";
    this.#activating = true;
    this.#guard(() => {
      try {
        handler.onActivated?.(client);
      } catch (value) {
        if (!ended || !(value instanceof WebSocketError) || value.code !== "ConnectionClosed") throw value;
      }
    });
    this.#activating = false;
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
