import { createChannel } from "../channel/channel.ts";
import { controlCodec } from "../channel/control_codec.ts";
import type { SenderHandle } from "../channel/handle.ts";
import type { Codec } from "../channel/codec.ts";
import type { Receiver } from "../channel/receiver.ts";
import type { Sender } from "../channel/sender.ts";
import { checkOptions, DEFAULT_CAPACITY, DEFAULT_MAX_BUFFERED, type Rules } from "../client/check_options.ts";
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
import { IoThread } from "./io_thread.ts";
import { plainOptions } from "./open_request.ts";
import { type OpenedReport, type Report, reportCodec } from "./reports.ts";
import { SharedState, Signal } from "./shared_state.ts";

/** The settings of a connection on another thread. */
export interface RemoteOptions<Event> {
  readonly options: ClientOptions & ThreadOptions;
  /** The rules of the options beside the shared ones. */
  readonly rules: Rules;
  /** How events are read here; its name is that of the event codec. */
  readonly eventCodec: Codec<Event>;
}

const REPORT_CAPACITY = 64 * 1024;
/** How long a thread may take to start and to answer, beyond the time that connecting may take, in milliseconds. */
const THREAD_LIMIT = 5_000;

/** The owner's side of a connection that another thread hosts: what the blocking and the async client share. */
export class RemoteConnection<Event> implements ConnectionView {
  readonly events: Receiver<Event>;
  readonly control: Sender<ControlMessage>;
  readonly shared: SharedState = new SharedState();
  /** Settles when the connection has ended; never rejects. */
  readonly ended: Promise<CloseInfo>;

  readonly #reports: Receiver<Report>;
  readonly #thread: IoThread;
  readonly #options: ClientOptions;
  readonly #onAbort = (): void => this.shared.signal(Signal.Abort);
  readonly #end = Promise.withResolvers<CloseInfo>();
  #opened: OpenedReport | undefined;
  #failed: WebSocketError | undefined;
  #close: CloseInfo | undefined;
  #unwatch: () => void = () => {};
  #holds = false;
  /** The ends that the host opens for itself; ours are kept open until it has. */
  #lent: readonly { release(): void }[];

  /** Asks the thread to open it. Throws `InvalidUrl` or `InvalidConfiguration` before anything is started. */
  constructor(url: string | URL, remote: RemoteOptions<Event>) {
    const { href } = parseWebSocketUrl(url);
    checkOptions(remote.options, remote.rules);
    const {
      thread,
      workerUrl,
      eventCapacity = DEFAULT_CAPACITY,
      controlCapacity = DEFAULT_CAPACITY,
      ...options
    } = remote.options;
    const { spinWaitDuration, signal } = options;
    const events = createChannel(remote.eventCodec, { capacity: eventCapacity, spinWaitDuration });
    const control = createChannel(controlCodec, { capacity: controlCapacity, spinWaitDuration });
    const reports = createChannel(reportCodec, { capacity: REPORT_CAPACITY });
    this.#lent = [events.sender, control.receiver, reports.sender];
    this.events = events.receiver;
    this.control = control.sender;
    this.#reports = reports.receiver;
    this.#options = options;
    this.ended = this.#end.promise;
    this.shared.largestSend = options.maxBufferedAmount ?? DEFAULT_MAX_BUFFERED;
    this.#thread = thread ?? new IoThread({ workerUrl });
    this.#thread.open({
      url: href,
      options: plainOptions(options),
      logs: options.logger !== undefined,
      events: events.sender.handle() as SenderHandle<never>,
      control: control.receiver.handle(),
      reports: reports.sender.handle(),
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
    return this.shared.stats(this.#opened!.connect);
  }

  /** Waits on the event loop until it is open. */
  async open(): Promise<void> {
    this.#thread.hold();
    this.#holds = true;
    this.#unwatch = this.#thread.watch((error) => this.#threadFailed(error));
    const late = setTimeout(() => this.#threadFailed(this.#tooLate()), this.#limit);
    try {
      while (this.#opened === undefined) await this.#next();
    } finally {
      clearTimeout(late);
    }
    void this.#follow();
  }

  /** Blocks this thread until it is open. */
  openSync(): void {
    const deadline = performance.now() + this.#limit;
    while (this.#opened === undefined) {
      const report = this.#reports.receiveSync(Math.max(0, deadline - performance.now()));
      if (report === undefined) this.#threadFailed(this.#tooLate());
      this.#take(report ?? null);
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
      const report = this.#reports.receiveSync(Math.max(0, deadline - performance.now()));
      if (report === undefined) return undefined;
      if (report === null) this.#over(LOST);
      else this.#onReport(report);
    }
    return this.#close;
  }

  run(): void {
    this.shared.signal(Signal.Run);
  }

  forceQuit(): void {
    this.shared.signal(Signal.ForceQuit);
  }

  get #limit(): number {
    return (this.#options.handshakeTimeout ?? DEFAULT_HANDSHAKE_TIMEOUT) + THREAD_LIMIT;
  }

  #tooLate(): WebSocketError {
    const message =
      "The I/O thread did not start, or did not answer in time: may it be loaded (permissions)?";
    return new WebSocketError("Timeout", message, { phase: "thread" });
  }

  async #next(): Promise<void> {
    this.#take(await this.#reports.receive());
  }

  #take(report: Report | null): void {
    if (report !== null) this.#onReport(report);
    if (this.#failed !== undefined) {
      this.#over(LOST);
      throw this.#failed;
    }
    if (report === null && this.#opened === undefined) {
      this.#over(LOST);
      throw new WebSocketError("Io", "The I/O thread ended before the connection was open");
    }
  }

  async #follow(): Promise<void> {
    while (this.#close === undefined) {
      const report = await this.#reports.receive();
      if (report === null) this.#over(LOST);
      else this.#onReport(report);
    }
  }

  #onReport(report: Report): void {
    for (const end of this.#lent) end.release();
    this.#lent = [];
    switch (report.type) {
      case "opened":
        this.#opened = report.opened;
        break;
      case "failed":
        this.#failed = this.#withReason(report.error);
        break;
      case "log":
        this.#options.logger?.[report.level](report.message);
        break;
      case "ended":
        this.#over(report.close);
    }
  }

  /** The reason of an abort cannot travel between threads, but it is known here. */
  #withReason(error: WebSocketError): WebSocketError {
    const { signal } = this.#options;
    if (error.code !== "Aborted" || signal === undefined) return error;
    return new WebSocketError("Aborted", error.message, { cause: signal.reason });
  }

  #threadFailed(error: WebSocketError): void {
    this.#failed = error;
    this.#reports.closeChannel();
    this.events.closeChannel();
    this.control.closeChannel();
    this.shared.signal(Signal.ForceQuit);
  }

  #over(close: CloseInfo): void {
    if (this.#close !== undefined) return;
    this.#close = close;
    this.#options.signal?.removeEventListener("abort", this.#onAbort);
    this.#unwatch();
    this.#reports.release();
    if (this.#holds) this.#thread.release();
    this.#end.resolve(close);
  }
}

/** What is known of a connection whose thread has gone. */
const LOST: CloseInfo = { code: CloseCode.Abnormal, reason: "", wasClean: false, initiator: "none" };
