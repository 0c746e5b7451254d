import { EVENT_KIND, partKind } from "../channel/event_codec.ts";
import type { EncodedRecord } from "../channel/codec.ts";
import type { ReceiverHandle } from "../channel/handle.ts";
import { Receiver } from "../channel/receiver.ts";
import { Sender } from "../channel/sender.ts";
import { connectionSettings } from "../client/check_options.ts";
import type { WebSocketEvent } from "../client/events.ts";
import { openConnection } from "../client/open_connection.ts";
import { CloseCode } from "../core/close_code.ts";
import { WebSocketError } from "../core/errors.ts";
import type { Payload, PayloadView } from "../core/payload.ts";
import type { Connection } from "../driver/connection.ts";
import type { Opened } from "../driver/opening.ts";
import type { Handler } from "../driver/handler.ts";
import type { ConnectionSettings } from "../driver/settings.ts";
import { Command, executingCodec, type Postponed } from "./commands.ts";
import type { Doze } from "./doze.ts";
import { HostedLookup } from "./hosted_lookup.ts";
import { HostReports } from "./host_reports.ts";
import type { OpenRequest } from "./open_request.ts";
import { SharedState, Signal } from "./shared_state.ts";

/**
 * An owner that computes in the middle of a long message does no harm: the connection goes on meanwhile. In
 * milliseconds; as long as timers allow.
 */
const STALL_LIMIT = 2 ** 30;

/** A connection on a thread of ours, for an owner on another: events go out by a channel, commands come in by one. */
export class ConnectionHost {
  readonly #request: OpenRequest;
  readonly #settings: ConnectionSettings;
  readonly #state: SharedState;
  readonly #reports: HostReports;
  readonly #events: Sender<WebSocketEvent>;
  /** Receiving a command executes it, unless it is postponed. */
  readonly #commands: Receiver<number | Postponed>;
  readonly #abort = new AbortController();
  readonly #run = Promise.withResolvers<void>();
  #connection: Connection<ConnectionHost> | undefined;
  #forced = false;
  #finished = false;
  /** No command will come any more. */
  #noCommands = false;
  /** The wait for a Close that cannot be sent. */
  #closeDeadline: ReturnType<typeof setTimeout> | undefined;
  /** Records that wait for room in the channel; the socket is not read meanwhile. */
  #waitingRecords = 0;
  /** The payload on its way to the channel: one object, reused. */
  readonly #record: { -readonly [key in keyof EncodedRecord]: EncodedRecord[key] };

  constructor(request: OpenRequest) {
    const { spinWaitDuration } = request.options;
    this.#request = request;
    this.#settings = connectionSettings(request.options);
    this.#state = new SharedState(request.state);
    this.#reports = new HostReports(request.reports);
    this.#events = Sender.from(request.events, { spinWaitDuration });
    this.#commands = Receiver.from<number | Postponed>(request.control as ReceiverHandle<never>, {
      codec: executingCodec(() => this.#connection!, this.#settings.maxBufferedAmount),
      spinWaitDuration,
      stallLimit: STALL_LIMIT,
    });
    this.#record = { kind: 0, bytes: new Uint8Array(0), start: 0, end: 0 };
    this.beat();
  }

  /** Shows whoever waits for this connection that its thread is alive. */
  beat(): void {
    for (const { pulse } of [this.#state, this.#reports, this.#events, this.#commands]) pulse.beat();
  }

  /** Opens the connection and serves it to its end. Never throws. */
  async serve(): Promise<void> {
    void this.#state.onSignal((bits) => this.#onSignal(bits));
    try {
      const opened = await this.#open();
      if (opened !== undefined) await this.#serve(opened);
    } finally {
      clearTimeout(this.#closeDeadline);
      this.#state.signal(Signal.Over);
      this.#commands.release();
      this.#reports.release();
      this.#events.release();
    }
  }

  /** Ends it at once. */
  forceQuit(): void {
    this.#forced = true;
    // The signal of a connection that is open would make it say goodbye.
    if (this.#connection === undefined) this.#abort.abort();
    else this.#connection.forceQuit();
    this.#run.resolve();
    if (this.#finished) this.#events.closeChannel();
  }

  async #open(): Promise<Opened<ConnectionHost> | undefined> {
    const { url, options, id, logs, diagnostics, lookups } = this.#request;
    const ask = (host: string): void => void this.#reports.send({ type: "lookup", host });
    const lookup = lookups && new HostedLookup(lookups, ask);
    try {
      const logger = logs ? this.#reports.logger() : undefined;
      const opened = await openConnection<ConnectionHost>(url, {
        ...options,
        lookup: lookup === undefined ? options.lookup : (host) => lookup.lookUp(host),
        logger,
        signal: this.#abort.signal,
      }, { id, diagnostics: this.#reports.diagnostics(diagnostics) });
      const { connection, protocol, extensions } = opened;
      this.#connection = connection;
      this.#publish();
      const { connect } = connection.stats;
      const report = { url: opened.url, protocol, extensions, connect };
      await this.#reports.send({ type: "opened", opened: report });
      return opened;
    } catch (error) {
      const closed = new WebSocketError("Aborted", "connecting was ended: its I/O thread was closed");
      await this.#reports.send({ type: "failed", error: this.#forced ? closed : asWebSocketError(error) });
      return undefined;
    } finally {
      lookup?.release();
    }
  }

  async #serve({ connection, turns }: Opened<ConnectionHost>): Promise<void> {
    const commands = this.#executeCommands(connection);
    await this.#run.promise;
    const doze = this.#request.alone && turns !== undefined ? await this.#doze(connection) : undefined;
    connection.onDelivered = () => this.#events.announce();
    const running = connection.run(this.#handler(), this);
    turns?.start(doze);
    if (this.#forced) connection.forceQuit();
    const close = await running;
    doze?.close();
    this.#publish();
    await this.#reports.send({ type: "ended", close });
    await this.#sendQuit();
    await commands;
  }

  async #doze({ sending }: Connection<ConnectionHost>): Promise<Doze | undefined> {
    const { Doze } = await import("./doze.ts");
    return Doze.create(this.#state, () => this.#waitingRecords === 0 && sending.waiting === 0);
  }

  /** The last event: behind all others, or, after `forceQuit`, without a wait for a reader that may never come. */
  async #sendQuit(): Promise<void> {
    this.#finished = true;
    if (!this.#forced) await this.#events.send({ type: "quit" });
    else if (!this.#events.trySend({ type: "quit" }).sent) this.#events.closeChannel();
  }

  #onSignal(bits: number): boolean {
    if ((bits & Signal.Over) !== 0) return false;
    if ((bits & Signal.Run) !== 0) this.#run.resolve();
    if ((bits & Signal.Abort) !== 0) this.#abort.abort();
    if ((bits & Signal.ForceQuit) !== 0) this.forceQuit();
    if ((bits & Signal.Close) !== 0) this.#limitClosing();
    return true;
  }

  /** `closeTimeout` holds too when a peer that does not read keeps even the Close frame from being sent. */
  #limitClosing(): void {
    this.#closeWithoutCommand();
    const { closeTimeout } = this.#settings;
    this.#closeDeadline = setTimeout(() => {
      if (this.#connection?.state !== "open") return;
      const message =
        `Close could not be sent within closeTimeout, ${closeTimeout} ms: the peer does not read`;
      this.#connection.giveUp(new WebSocketError("Timeout", message, { phase: "close" }));
    }, closeTimeout);
  }

  /** Where all senders have been let go of, Close cannot come as a command. */
  #closeWithoutCommand(): void {
    const connection = this.#connection;
    if (!this.#noCommands || !this.#state.isCloseWanted || connection?.state !== "open") return;
    connection.close(CloseCode.Normal, "");
  }

  /** Until nothing more can be sent: the owner closes the channel, or the connection begins to close. */
  async #executeCommands(connection: Connection<ConnectionHost>): Promise<void> {
    const commands = this.#commands;
    const { highWaterMark, maxBufferedAmount } = this.#settings;
    const { sending } = connection;
    let executed = 0;
    let corked = 0;
    let flushed: PromiseWithResolvers<void> | undefined;
    // Until the system has taken everything; what is not executed fills the channel, and who sends waits there.
    const handedOver = async (): Promise<void> => {
      for (let count = 0; count < corked; count++) sending.uncork();
      if (sending.waiting > 0 && connection.state !== "closed") {
        this.#publish();
        flushed = Promise.withResolvers();
        await flushed.promise;
      }
      for (let count = 0; count < corked; count++) sending.cork();
    };
    connection.onFlushed = () => {
      this.#publish();
      this.#state.publishHandedOver(executed);
      flushed?.resolve();
    };
    connection.onGone = () => {
      this.#publish();
      commands.closeChannel();
      flushed?.resolve();
      // Nobody has run it: what is left is to tell how it ended.
      this.#run.resolve();
    };
    for (;;) {
      try {
        const command = await commands.receive();
        if (command === null) break;
        if (command === Command.Cork) corked++;
        else if (command === Command.Uncork) corked--;
        else if (typeof command === "object") {
          const most = maxBufferedAmount - command.size;
          while (connection.state === "open" && sending.waiting > Math.max(most, 0)) await handedOver();
          command.execute();
        }
      } catch (error) {
        connection.giveUp(asWebSocketError(error));
      }
      executed = (executed + 1) | 0;
      if (connection.state !== "open") commands.closeChannel();
      if (corked > 0) continue;
      if (sending.waiting === 0) {
        this.#state.publishHandedOver(executed);
        continue;
      }
      if (sending.waiting > highWaterMark) await handedOver();
      else this.#publish();
    }
    // Who holds back what is sent may not be able to say any more that it shall go.
    while (corked-- > 0) sending.uncork();
    if (sending.waiting === 0) this.#state.publishHandedOver(executed);
    this.#noCommands = true;
    this.#closeWithoutCommand();
  }

  #handler(): Handler<ConnectionHost> {
    return {
      onActivated: () => this.#send({ type: "activated" }),
      // When the turn is over.
      onPoll: () => queueMicrotask(() => this.#publish()),
      onTextMessage: (_host, message) => this.#emit(EVENT_KIND.text, message),
      onBinaryMessage: (_host, message) => this.#emit(EVENT_KIND.binary, message),
      onMessagePart: (_host, part) => this.#emit(partKind(part.type, part.first, part.final), part),
      onPing: (_host, payload) => this.#emit(EVENT_KIND.ping, payload),
      onPong: (_host, payload) => this.#emit(EVENT_KIND.pong, payload),
      onConnectionClosed: (_host, close) => this.#send({ type: "closed", close }),
      onError: (_host, error) => this.#send({ type: "error", error }),
    };
  }

  /**
   * A payload goes from the receive buffer straight into the channel. Who sleeps there is woken for the first of a chunk
   * and at its end: to wake a thread for each takes longer than to hand it over.
   */
  #emit(kind: number, payload: Payload): void {
    const { source, start, byteLength } = payload as PayloadView;
    const record = this.#record;
    record.kind = kind;
    record.bytes = source;
    record.start = start;
    record.end = start + byteLength;
    if (this.#waitingRecords > 0 || this.#events.postRecord(record) === "full") {
      this.#waitFor(this.#events.sendRecord(record));
    }
  }

  #send(event: WebSocketEvent): void {
    if (this.#waitingRecords > 0 || !this.#events.trySend(event).sent) {
      this.#waitFor(this.#events.send(event));
    }
  }

  /** The channel is full: nothing is read until it has taken what there is, and TCP pushes back. */
  #waitFor(sending: Promise<unknown>): void {
    if (this.#waitingRecords++ === 0) this.#connection!.pause();
    const done = (): void => {
      if (--this.#waitingRecords === 0) this.#connection!.resume();
    };
    sending.then(done, done);
  }

  #publish(): void {
    const connection = this.#connection!;
    this.#state.publish(connection.state, connection.counters(), connection.roundTrips);
  }
}

function asWebSocketError(error: unknown): WebSocketError {
  return error instanceof WebSocketError
    ? error
    : new WebSocketError("Io", `the connection's thread failed: ${error}`, { cause: error });
}
