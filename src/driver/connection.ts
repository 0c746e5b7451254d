import { CloseCode } from "../core/close_code.ts";
import type { CloseInfo } from "../core/close_info.ts";
import type { PerMessageDeflate } from "../core/deflate.ts";
import { WebSocketError } from "../core/errors.ts";
import type { Payload } from "../core/payload.ts";
import { Protocol } from "../core/protocol.ts";
import type { ConnectionState } from "../core/state.ts";
import type { ByteStreamSink } from "../transport/transport.ts";
import type { Clock } from "./clock.ts";
import type { ConnectionParts } from "./connection_parts.ts";
import { type Counters, toStats } from "./counters.ts";
import { isConnectionLost } from "./connection_lost.ts";
import { Ending } from "./ending.ts";
import type { Handler } from "./handler.ts";
import { HandlerRun, type HandlerRunOwner } from "./handler_run.ts";
import { IdleRelease } from "./idle_release.ts";
import type { KeepAlive } from "./keep_alive.ts";
import { keepConnectionAlive } from "./keep_connection_alive.ts";
import { nativeText } from "./native_text.ts";
import type { ConnectionObserver } from "./observer.ts";
import { Pause, type PauseReason } from "./pause.ts";
import { readCounters } from "./read_counters.ts";
import { ReadSide, type ReadSideEvents } from "./read_side.ts";
import type { RoundTripHistogram } from "./round_trip_histogram.ts";
import { SendSide } from "./send_side.ts";
import type { ConnectionSettings } from "./settings.ts";
import type { ConnectionStats, ConnectTimings } from "./stats.ts";
import { type AwaitedEnd, StreamEnd, type StreamEndOwner } from "./stream_end.ts";

/**
 * An open WebSocket on a byte stream: pumps bytes into the protocol and events out to a handler, keeps the
 * deadlines, and brings the connection to exactly one end. Who wakes it (an event loop, a polling loop) is not its
 * matter: both call the methods of {@linkcode ByteStreamSink}.
 */
export class Connection<Client> implements ByteStreamSink, ReadSideEvents, HandlerRunOwner, StreamEndOwner {
  /** The sending half. */
  readonly sending: SendSide;
  /** Called when the system has taken everything that was sent, after some of it had to wait. */
  onFlushed: (() => void) | undefined;
  /** Called when a chunk of what was read is over, however it ended: all of it has been handed over, or kept. */
  onDelivered: (() => void) | undefined;
  /** Called when the stream is gone, before the handler's last callbacks. */
  onGone: (() => void) | undefined;

  readonly #settings: ConnectionSettings;
  readonly #clock: Clock;
  readonly #observer: ConnectionObserver;
  readonly #protocol: Protocol;
  readonly #reading: ReadSide<Client>;
  readonly #streamEnd: StreamEnd;
  readonly #ending: Ending<Client>;
  readonly #timings: ConnectTimings;
  readonly #openedAt: number;
  readonly #keepAlive: KeepAlive | undefined;
  readonly #deflate: PerMessageDeflate | undefined;
  readonly #idleRelease: IdleRelease | undefined;
  readonly #onAbort: (() => void) | undefined;

  #run: HandlerRun<Client> | undefined;
  /** Whether `close` began the end. */
  #closedByUser = false;
  #finished = false;

  constructor(parts: ConnectionParts) {
    const { settings, stream, clock, observer } = parts;
    this.#settings = settings;
    this.#clock = clock;
    this.#observer = observer;
    this.#timings = parts.timings;
    const { maskKeys, deflate } = parts;
    const protocol = this.#protocol = new Protocol({ ...settings, ...nativeText, maskKeys, deflate });
    this.#ending = new Ending(observer);
    const sending = this.sending = new SendSide(protocol, stream, clock, settings.highWaterMark);
    this.#reading = new ReadSide({ protocol, sending, stream }, this, parts.leftover);
    this.#streamEnd = new StreamEnd({ stream, sending, settings, clock, owner: this });
    stream.attach(this);
    if (settings.signal !== undefined) {
      this.#onAbort = () => this.#aborted();
      settings.signal.addEventListener("abort", this.#onAbort, { once: true });
    }
    this.#openedAt = clock.now();
    if (settings.keepAlive !== undefined) {
      const isPaused = (): boolean => this.#reading.isPausedByReader || !this.running;
      const giveUp = (error: WebSocketError): void => this.giveUp(error);
      const kept = { protocol, sending, clock, observer, settings, isPaused, giveUp };
      this.#keepAlive = keepConnectionAlive(settings.keepAlive, kept);
    }
    this.#deflate = deflate;
    const delay = settings.perMessageDeflate?.releaseWhenIdle;
    if (deflate && delay !== undefined) this.#idleRelease = new IdleRelease(deflate, clock, delay);
    // Aborted by somebody who was told that it is open: no listener hears of that any more.
    if (settings.signal?.aborted) this.#aborted();
  }

  /** `closed` when the stream is gone or given up; until then a connection that has exchanged its Close frames is `closing`. */
  get state(): ConnectionState {
    if (this.#streamEnd.gone || this.#streamEnd.dropped) return "closed";
    return this.#protocol.state === "closed" ? "closing" : this.#protocol.state;
  }

  /** What went over it. A snapshot. */
  get stats(): ConnectionStats {
    const { id } = this.#observer;
    return toStats(this.counters(), { id, connect: this.#timings, roundTrips: this.roundTrips?.snapshot() });
  }

  /** The numbers of `stats`. */
  counters(): Counters {
    return readCounters({
      protocol: this.#protocol,
      reading: this.#reading,
      sending: this.sending,
      keepAlive: this.#keepAlive,
      deflate: this.#deflate,
      openedAt: this.#openedAt,
      closedAt: this.#streamEnd.at,
    });
  }

  /** Those of the pings, once there is one. */
  get roundTrips(): RoundTripHistogram | undefined {
    return this.sending.pings?.histogram;
  }

  /** Whether `run` has been called. */
  get running(): boolean {
    return this.#run !== undefined;
  }

  /** Whether the last callback has been made. */
  get finished(): boolean {
    return this.#finished;
  }

  /** Delivers everything to `handler` until the end. Once. */
  run(handler: Handler<Client>, client: Client): Promise<CloseInfo> {
    const run = this.#run = new HandlerRun(handler, { client, ending: this.#ending, owner: this });
    run.activate(this.state === "closed");
    this.sending.drainee = run;
    this.sending.checkDrain();
    this.#reading.begin(handler, client);
    this.#goOn();
    return run.result;
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
    return this.#run!.outcome();
  }

  /** Resolves when the last callback has been made, however it ended. Once `running`. */
  whenFinished(): Promise<void> {
    return this.#run!.whenSettled();
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
    this.#observer.closing("local", code);
    this.sending.flush();
    this.#waitForEnd("closing");
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
    this.#streamEnd.onWritable();
  }

  onEnd(): void {
    this.#streamEnd.peerEnded = true;
    if (this.#reading.hasKept) return;
    // Nobody is there to talk to: the peer sends no more, and we had not agreed to end.
    if (!this.#protocol.closeCompleted && this.#ending.error === undefined) this.#drop();
    else this.#streamEnd.shutdown();
    this.#waitForEnd("lingering");
  }

  onClose(error?: unknown): void {
    this.#streamEnd.onClose(error);
    if (error !== undefined && !isConnectionLost(error) && !this.#protocol.closeCompleted) {
      this.#ending.fail(this.#streamEnd.error!);
    }
    this.#keepAlive?.stop();
    this.#idleRelease?.stop();
    // What was read before may still have to be inflated.
    this.#deflate?.sender.close();
    if (this.#onAbort !== undefined) this.#settings.signal?.removeEventListener("abort", this.#onAbort);
    this.onGone?.();
    this.#finishWhenDelivered();
  }

  isSilent(): boolean {
    return this.#ending.silent;
  }

  onThrow(value: unknown): void {
    this.#ending.thrown ??= { value };
    this.#drop();
  }

  onPause(): void {
    this.#observer.paused(this.#clock, this.#reading.pauses);
  }

  onPong(payload: Payload): void {
    const roundTrip = this.sending.onPong(payload);
    if (roundTrip !== undefined) this.#observer.roundTrip(roundTrip);
  }

  /** Our Close is on its way; nothing more is handed over. */
  onViolation(error: WebSocketError): void {
    this.#ending.fail(error);
    this.#streamEnd.shutdown();
    this.#waitForEnd("failing");
    this.#run?.report();
    if (this.#ending.thrown !== undefined) this.#drop();
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

  onPeerClose(): void {
    const { initiator, code } = this.#protocol.closeInfo();
    if (initiator === "remote") this.#observer.closing("remote", code);
    // RFC 6455 §7.1.1: the server ends the stream first; it gets a limited time for that.
    this.#waitForEnd("closing");
  }

  #waitForEnd(awaited: AwaitedEnd): void {
    if (this.#streamEnd.gone) return;
    // From here on the deadline decides: a peer that has said goodbye need not answer pings.
    this.#keepAlive?.stop();
    this.#streamEnd.limit(awaited);
  }

  #drop(): void {
    const { gone } = this.#streamEnd;
    this.#reading.discard();
    this.#streamEnd.drop();
    // A callback must have returned before the last ones are made; `#goOn` sees to that.
    if (gone && !this.#run?.isActivating && !this.#reading.isDelivering) this.#finishWhenDelivered();
  }

  /** Hands over what was read before, and then what comes; or the end, if that has come. */
  #goOn(): void {
    if (!this.#reading.deliverKept()) return;
    if (this.#streamEnd.gone) this.#finishWhenDelivered();
    else if (this.#streamEnd.peerEnded) this.onEnd();
    else this.#reading.flow();
  }

  #finishWhenDelivered(): void {
    if (this.#finished || this.#run === undefined || this.#reading.hasKept) return;
    this.#finished = true;
    this.#protocol.end();
    const info = this.#protocol.closeInfo(this.#ending.error ?? this.#streamEnd.error);
    this.#run.finish({ ...info, wasClean: info.wasClean && !this.#streamEnd.cutOff });
  }

  #aborted(): void {
    const cause = this.#settings.signal!.reason;
    this.giveUp(new WebSocketError("Aborted", "the connection was aborted by its signal", { cause }));
  }
}
