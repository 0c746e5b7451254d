import type { ReceiverHandle } from "../channel/handle.ts";
import type { Codec } from "../channel/codec.ts";
import type { Receiver } from "../channel/receiver.ts";
import type { Sender } from "../channel/sender.ts";
import { refuseCodecObject } from "../client/check_deflate.ts";
import { checkOptions, DEFAULT_MAX_BUFFERED, type Rules } from "../client/check_options.ts";
import { checkUnixSocket } from "../client/check_address.ts";
import type { ConnectionView } from "../client/connected_client.ts";
import type { ControlMessage } from "../client/events.ts";
import { DEFAULT_HANDSHAKE_TIMEOUT } from "../client/open_connection.ts";
import type { ClientOptions, ThreadOptions } from "../client/options.ts";
import { CloseCode } from "../core/close_code.ts";
import type { CloseInfo } from "../core/close_info.ts";
import { WebSocketError } from "../core/errors.ts";
import type { ConnectionState } from "../core/state.ts";
import { parseWebSocketUrl } from "../core/url.ts";
import type { ConnectionStats } from "../driver/stats.ts";
import { withReason } from "./abort_reason.ts";
import { endEvents } from "./end_events.ts";
import { IoThread } from "./io_thread.ts";
import { plainOptions } from "./open_request.ts";
import { OwnerChannels } from "./owner_channels.ts";
import { OwnerObserver } from "./owner_observer.ts";
import type { OpenedReport, Report } from "./reports.ts";
import { SharedState, Signal } from "./shared_state.ts";

/** The settings of a connection on another thread. */
export interface RemoteOptions<Event> {
  readonly options: ClientOptions & ThreadOptions;
  /** The rules of the options beside the shared ones. */
  readonly rules: Rules;
  /** How events are read here; its name is that of the event codec. */
  readonly eventCodec: Codec<Event>;
}

/** How long a thread may take to start, beyond the time that connecting may take, in milliseconds. */
const START_LIMIT = 5_000;

/** The owner's side of a connection that another thread hosts: what the blocking and the async client share. */
export class RemoteConnection<Event> implements ConnectionView {
  readonly events: Receiver<Event>;
  readonly control: Sender<ControlMessage>;
  readonly shared: SharedState = new SharedState();
  /** Settles when the connection has ended; never rejects. */
  readonly ended: Promise<CloseInfo>;

  readonly #channels: OwnerChannels<Event>;
  readonly #reports: Receiver<Report>;
  readonly #observer: OwnerObserver;
  readonly #thread: IoThread;
  readonly #options: ClientOptions & ThreadOptions;
  readonly #onAbort = (): void => this.shared.signal(Signal.Abort);
  readonly #end = Promise.withResolvers<CloseInfo>();
  #opened: OpenedReport | undefined;
  #failed: WebSocketError | undefined;
  #close: CloseInfo | undefined;
  #unwatch: () => void = () => {};
  #holds = false;
  /** Whether this thread waits for it to be open. */
  #blocked = false;

  /** Asks the thread to open it. Throws `InvalidUrl` or `InvalidConfiguration` before anything is started. */
  constructor(url: string | URL, remote: RemoteOptions<Event>) {
    const parsed = parseWebSocketUrl(url);
    checkOptions(remote.options, remote.rules);
    checkUnixSocket(parsed, remote.options);
    refuseCodecObject(remote.options);
    const { thread, workerUrl, eventCapacity: _, controlCapacity: __, ...options } = remote.options;
    const { signal } = options;
    const plain = plainOptions(parsed, options);
    const channels = this.#channels = new OwnerChannels(remote.options, remote.eventCodec);
    this.events = channels.events;
    this.control = channels.control;
    this.#reports = channels.reports;
    this.#options = remote.options;
    this.#observer = new OwnerObserver(options.logger);
    this.ended = this.#end.promise;
    this.shared.largestSend = options.maxBufferedAmount ?? DEFAULT_MAX_BUFFERED;
    this.#thread = thread ?? new IoThread({ workerUrl });
    this.#thread.open({
      url: parsed.href,
      options: plain,
      ...this.#observer.wanted,
      alone: thread === undefined,
      ...channels.handles,
      state: this.shared.memory,
    });
    if (thread === undefined) this.#thread.stopWhenIdle();
    if (signal?.aborted) this.#onAbort();
    else signal?.addEventListener("abort", this.#onAbort, { once: true });
  }

  get url(): string {
    return this.#opened!.url;
  }

  get protocol(): string {
    return this.#opened!.protocol;
  }

  get extensions(): string {
    return this.#opened!.extensions;
  }

  get state(): ConnectionState {
    return this.shared.state;
  }

  get bufferedAmount(): number {
    return this.shared.bufferedAmount;
  }

  get stats(): ConnectionStats {
    return this.shared.stats({ id: this.#observer.id, connect: this.#opened!.connect });
  }

  /** Whether this side's user ended it, by Close or `forceQuit`, before it ended by itself. */
  get endedByUser(): boolean {
    if (this.shared.isCloseWanted) return true;
    // Also of a thread that has died is asked that it shall quit, and of a connection that has ended.
    if (this.#close === undefined) return this.shared.isForceQuitWanted && this.#failed === undefined;
    return this.#close.initiator === "local" && this.#close.error === undefined;
  }

  /** Waits on the event loop until it is open. */
  async open(): Promise<void> {
    this.#thread.hold();
    this.#holds = true;
    this.#unwatch = this.#thread.watch((error) => this.#threadLost(error));
    const late = setTimeout(() => this.#threadLost(tooLate()), this.#limit);
    try {
      while (this.#opened === undefined) this.#takeOpening(await this.#nextReport());
    } finally {
      clearTimeout(late);
    }
    void this.#follow();
  }

  /** Blocks this thread until it is open. */
  openSync(): void {
    this.#blocked = true;
    const deadline = performance.now() + this.#limit;
    const started = performance.now() + START_LIMIT;
    while (this.#opened === undefined) {
      const limit = this.shared.pulse.beats === 0 ? started : deadline;
      const report = this.#waitReport(Math.max(0, limit - performance.now()));
      if (report !== undefined) this.#takeOpening(report);
      else if (limit === deadline || this.shared.pulse.beats === 0) this.#threadLost(tooLate());
    }
  }

  /** Takes note of what has been reported, without waiting: log lines, for whoever blocks this thread. */
  takeReports(): void {
    for (let report; (report = this.#reports.tryReceive());) this.#onReport(report);
  }

  /** Blocks until the connection has ended, at most `timeout`. */
  waitEnded(timeout: number): CloseInfo | undefined {
    const deadline = performance.now() + timeout;
    while (this.#close === undefined) {
      const left = Math.max(0, deadline - performance.now());
      const report = this.#waitReport(left);
      if (report === undefined) return undefined;
      if (report === null) this.#over(this.#lost());
      else this.#onReport(report);
    }
    return this.#close;
  }

  #waitReport(timeout: number): Report | undefined | null {
    try {
      return this.watched(() => this.#reports.receiveSync(timeout));
    } catch (error) {
      if (this.#failed === error) return null;
      throw error;
    }
  }

  run(): void {
    this.shared.signal(Signal.Run);
  }

  forceQuit(): void {
    // Who leaves at once may never look again.
    this.#forgetSignal();
    this.shared.signal(Signal.ForceQuit);
  }

  /** Waits for the hosting thread; when it is found dead, everybody who waits for it is told. */
  watched<T>(wait: () => T): T {
    try {
      return wait();
    } catch (error) {
      if (error instanceof WebSocketError && error.phase === "thread") this.#threadLost(error);
      throw error;
    }
  }

  get #limit(): number {
    return (this.#options.handshakeTimeout ?? DEFAULT_HANDSHAKE_TIMEOUT) + START_LIMIT;
  }

  #takeOpening(report: Report | null): void {
    if (report !== null) this.#onReport(report);
    else this.#failed ??= new WebSocketError("Io", "The I/O thread ended before the connection was open");
    if (this.#failed === undefined) return;
    this.#over(this.#lost());
    throw this.#failed;
  }

  async #follow(): Promise<void> {
    while (this.#close === undefined) {
      const report = await this.#nextReport();
      if (report === null) this.#over(this.#lost());
      else this.#onReport(report);
    }
  }

  /** The next report; `null` when none will come, a thread that is found dead included. */
  async #nextReport(): Promise<Report | null> {
    try {
      return await this.#reports.receive();
    } catch (error) {
      this.#threadLost(error as WebSocketError);
      return null;
    }
  }

  #onReport(report: Report): void {
    this.#channels.handedOver();
    switch (report.type) {
      case "lookup":
        this.#channels.lookup?.answer(report.host, this.#blocked);
        break;
      case "opened":
        this.#channels.lookup?.release();
        this.#opened = report.opened;
        break;
      case "failed":
        this.#channels.lookup?.release();
        this.#failed = withReason(report.error, this.#options.signal);
        break;
      case "log":
        this.#observer.log(report.level, report.message);
        break;
      case "diagnostics":
        this.#observer.publish(report.name, report.message);
        break;
      case "ended":
        this.#over(this.#withReason(report.close));
    }
  }

  #withReason(close: CloseInfo): CloseInfo {
    const { error } = close;
    return error === undefined ? close : { ...close, error: withReason(error, this.#options.signal) };
  }

  /** The thread has died, or does not answer. What it has told before still counts. */
  #threadLost(error: WebSocketError): void {
    if (this.#failed !== undefined || this.#close !== undefined) return;
    this.#failed = error;
    this.#observer.threadLost(error, this.#opened && this.#lost());
    this.shared.signal(Signal.ForceQuit);
    this.shared.publishClosed();
    this.#channels.lookup?.release();
    this.control.closeChannel();
    this.#reports.closeChannel();
    if (this.#options.thread === undefined) this.#thread.terminate();
    endEvents(this.events.handle() as ReceiverHandle<never>, error);
  }

  /** What is known of the end of a connection whose thread has gone. */
  #lost(): CloseInfo {
    return { code: CloseCode.Abnormal, reason: "", wasClean: false, initiator: "none", error: this.#failed };
  }

  #over(close: CloseInfo): void {
    if (this.#close !== undefined) return;
    this.#close = close;
    this.#forgetSignal();
    this.#unwatch();
    this.#reports.release();
    if (this.#holds) this.#thread.release();
    this.#end.resolve(close);
  }

  #forgetSignal(): void {
    this.#options.signal?.removeEventListener("abort", this.#onAbort);
  }
}

function tooLate(): WebSocketError {
  const message = "The I/O thread did not start, or did not answer in time: " +
    "may its module be read, and is it where the option workerUrl says, in a bundle?";
  return new WebSocketError("Timeout", message, { phase: "thread" });
}
