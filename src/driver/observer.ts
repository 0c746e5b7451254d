import type { CloseInfo, CloseInitiator } from "../core/close_info.ts";
import { WebSocketError } from "../core/errors.ts";
import type { Clock } from "./clock.ts";
import {
  type CloseDiagnostics,
  type Diagnostics,
  type DiagnosticsMessage,
  type DiagnosticsName,
  type OpenDiagnostics,
  threadDiagnostics,
} from "./diagnostics.ts";
import { ConnectionLog, type Logger, nextNumber } from "./logger.ts";

/** Whom a connection tells what happens to it, and by what name. */
export interface ObserverOptions {
  readonly logger: Logger | undefined;
  /** Default: the next. */
  readonly id?: number;
  /** Default: the channels of this thread. */
  readonly diagnostics?: Diagnostics;
}

/** How an open connection ended. */
export interface ConnectionEnd {
  readonly close: CloseInfo;
  /** Why this side ended it, if it did for a reason. */
  readonly error?: WebSocketError;
  /** Whether `forceQuit` ended it. */
  readonly forced?: boolean;
  /** Whether a callback threw. */
  readonly threw?: boolean;
}

/** Where opening a connection failed. */
export interface FailedOpening {
  readonly where: string;
  readonly phase: string;
  readonly after?: number;
}

type Message<Name extends DiagnosticsName> = Omit<DiagnosticsMessage<Name>, "id">;

/** Milliseconds between two lines about pauses. */
const PAUSE_LINES = 1000;

/** The number of a connection that is about to be opened. */
export function nextConnectionId(): number {
  return nextNumber("websocket");
}

/** Tells of one connection what happens to it: people by log lines, programs by diagnostics channels. */
export class ConnectionObserver {
  /** The connection's number. */
  readonly id: number;

  readonly #log: ConnectionLog | undefined;
  readonly #diagnostics: Diagnostics;
  #pausesTold = -Infinity;

  constructor({ logger, id = nextConnectionId(), diagnostics = threadDiagnostics }: ObserverOptions) {
    this.id = id;
    if (logger !== undefined) this.#log = new ConnectionLog(logger, "websocket", id);
    this.#diagnostics = diagnostics;
  }

  /** An attempt begins. `where`, here and below, is for people. */
  connecting(target: Message<"connect">, where: string): void {
    this.#publish("connect", () => target);
    this.#log?.debug(`connecting to ${where}${target.secure ? " with TLS" : ""} over ${target.transport}`);
  }

  /** A phase is over, after so many milliseconds. */
  phaseEnded(phase: string, duration: number): void {
    this.#log?.debug(`${phase} took ${inMs(duration)}`);
  }

  /** The server has answered. */
  answered(status: number): void {
    this.#publish("handshake", () => ({ status }));
  }

  redirected(from: string, to: string): void {
    this.#log?.info(`${from} redirects to ${to}`);
  }

  opened(open: Omit<OpenDiagnostics, "id">, where: string, transport: string): void {
    this.#publish("open", () => open);
    if (this.#log === undefined) return;
    const { protocol, extensions, connect } = open;
    const subprotocol = protocol === "" ? "" : `, subprotocol ${protocol}`;
    const extending = extensions === "" ? "" : `, extensions ${extensions}`;
    const what = `connected to ${where} over ${transport} in ${inMs(connect.total)}`;
    this.#log.info(what + subprotocol + extending);
  }

  /** There will be no connection. `phase` is the last one that was begun, `after` the milliseconds until now. */
  failedToOpen(error: unknown, { where, phase, after }: FailedOpening): void {
    this.#publishError(error);
    const when = after === undefined ? "" : `, after ${inMs(after)}`;
    this.#log?.error(`connecting to ${where} failed in phase ${phase}${when}: ${describe(error)}`);
  }

  /** The first Close frame has been sent, or has come. */
  closing(by: CloseInitiator, code: number | undefined): void {
    this.#log?.debug(`closing by ${by}: ${code ?? "without a code"}`);
  }

  /** Nothing has come for so many milliseconds: keepAlive has sent a ping. */
  silent(silence: number): void {
    this.#log?.debug(`nothing came for ${silence} ms: ping`);
  }

  /** Nothing has come in so many milliseconds since such a ping. */
  pingMissed(silence: number): void {
    this.#log?.warn(`no sign of life for ${Math.round(silence)} ms after a ping`);
  }

  /** A ping was answered. */
  roundTrip(duration: number): void {
    this.#publish("roundtrip", () => ({ duration }));
    this.#log?.debug(`a ping was answered in ${inMs(duration)}`);
  }

  /** Reading is paused, for so many times by now. Where that happens often, not each time is told. */
  paused(clock: Clock, pauses: number): void {
    if (this.#log === undefined || clock.now() < this.#pausesTold + PAUSE_LINES) return;
    this.#pausesTold = clock.now();
    this.#log.debug(`reading is paused until there is room for more messages: pause ${pauses}`);
  }

  /** What was open has ended. */
  ended({ close, error, forced = false, threw = false }: ConnectionEnd): void {
    const { code, wasClean, initiator } = close;
    const failure = threw || forced ? undefined : error;
    if (failure !== undefined) this.#publishError(failure);
    const lost = wasClean ? undefined : "lost" as const;
    const cause: CloseDiagnostics["cause"] = threw
      ? "callback"
      : forced
      ? "forceQuit"
      : failure !== undefined
      ? "error"
      : lost;
    this.#publish("close", () => ({ code, wasClean, initiator, cause }));
    if (threw) this.#log?.error("ended: a callback threw");
    else if (forced) this.#log?.info("ended by forceQuit");
    else if (failure !== undefined) this.#log?.error(`failed: ${describe(failure)}`);
    else if (wasClean) this.#log?.info(`closed by ${initiator}: ${code}`);
    else this.#log?.warn(`lost: ${code}${close.error === undefined ? "" : `: ${close.error.message}`}`);
  }

  #publishError(error: unknown): void {
    if (!(error instanceof WebSocketError)) return;
    const { code, message, phase, response } = error;
    this.#publish("error", () => ({ code, message, phase, status: response?.status }));
  }

  #publish<Name extends DiagnosticsName>(name: Name, message: () => Message<Name>): void {
    if (!this.#diagnostics.wants(name)) return;
    this.#diagnostics.publish(name, { id: this.id, ...message() } as DiagnosticsMessage<Name>);
  }
}

function describe(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return error instanceof WebSocketError ? `${error.code}: ${message}` : message;
}

/** To three digits. */
function inMs(duration: number): string {
  return `${duration < 100 ? Number(duration.toPrecision(3)) : Math.round(duration)} ms`;
}
