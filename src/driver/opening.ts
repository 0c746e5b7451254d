import { WebSocketError } from "../core/errors.ts";
import { OpeningHandshake } from "../core/handshake.ts";
import { MaskKeys } from "../core/mask.ts";
import type { WebSocketUrl } from "../core/url.ts";
import type { ByteStream, ConnectPhase, ConnectTarget, SocketOptions } from "../transport/transport.ts";
import type { TlsOptions } from "../transport/transport.ts";
import type { Clock } from "./clock.ts";
import { Connection } from "./connection.ts";
import { ConnectionLog } from "./logger.ts";
import { PhaseTimes } from "./phase_times.ts";
import type { Dozing } from "./poll_loop.ts";
import type { ConnectionSettings } from "./settings.ts";
import type { ReceiveTimes } from "./timed_handler.ts";

/** Where to connect to and how: everything checked. */
export interface OpeningTarget {
  readonly url: WebSocketUrl;
  /** For the log. */
  readonly transportName: string;
  readonly socket: SocketOptions;
  readonly tls: TlsOptions | undefined;
  readonly headers: HeadersInit | undefined;
  readonly protocols: string | readonly string[] | undefined;
  readonly handshakeTimeout: number;
}

/** The part of a connection that whoever makes its turns has to know. */
export interface Turning {
  /** Announces a turn. */
  turn(): void;
  /** The last callback has been made. */
  readonly finished: boolean;
  /** Resolves when it has been made. */
  whenFinished(): Promise<void>;
}

/** What makes the turns of a connection that is not just woken. */
export interface Turns {
  /** Begins, beside the event loop; ends by itself with the connection. Some can sleep by `dozing`. */
  start(dozing?: Dozing): void;
}

/** An open WebSocket, and what the opening handshake agreed on. */
export interface Opened<Client> {
  readonly connection: Connection<Client>;
  readonly turns: Turns | undefined;
  readonly stream: ByteStream;
  /** Where receive timestamps were asked for. */
  readonly receiveTimes?: ReceiveTimes;
  /** Normalised. */
  readonly url: string;
  readonly protocol: string;
  readonly extensions: string;
}

/** One pool for all connections of this thread. */
const random = (bytes: Uint8Array): void => {
  crypto.getRandomValues(bytes as Uint8Array<ArrayBuffer>);
};
const maskKeys = new MaskKeys(random);

/** What opening a WebSocket has in common, whoever waits for it: phases, log, errors, and what comes of it. */
export class Opening<Client> {
  readonly handshake: OpeningHandshake;

  readonly #target: OpeningTarget;
  readonly #settings: ConnectionSettings;
  readonly #log: ConnectionLog;
  readonly #times = new PhaseTimes();

  /** Throws `InvalidConfiguration` for headers or subprotocols that cannot be sent. */
  constructor(target: OpeningTarget, settings: ConnectionSettings) {
    const { url, headers, protocols } = target;
    this.handshake = new OpeningHandshake({ url, headers, protocols, random });
    this.#target = target;
    this.#settings = settings;
    this.#log = new ConnectionLog(settings.logger);
  }

  /** For the transport. */
  get connectTarget(): ConnectTarget {
    const { url, tls, socket } = this.#target;
    return { host: url.host, port: url.port, tls: url.secure ? tls ?? {} : undefined, socket };
  }

  readonly enterPhase = (phase: ConnectPhase | "upgrade"): void => {
    this.#times.enter(phase);
    this.#log.debug(`connecting to ${this.#target.url.authority}: ${phase}`);
  };

  /** The error of a connection that took too long to open. */
  tooLate(): WebSocketError {
    const { phase } = this.#times;
    const limit = `${this.#target.handshakeTimeout} ms`;
    const message = `connecting took longer than handshakeTimeout, ${limit}: in phase ${phase}`;
    return new WebSocketError("Timeout", message, { phase });
  }

  /** The error of a connection whose signal was aborted before it was open. */
  aborted(): WebSocketError {
    const cause = this.#settings.signal?.reason;
    return new WebSocketError("Aborted", "connecting was aborted by its signal", { cause });
  }

  /** The handshake is done: makes the connection. */
  open(stream: ByteStream, leftover: Uint8Array, clock: Clock): Opened<Client> {
    const { url, transportName } = this.#target;
    const { protocol, extensions } = this.handshake;
    const timings = this.#times.finish();
    const subprotocol = protocol === "" ? "" : `, subprotocol ${protocol}`;
    this.#log.info(`connected to ${url.authority} over ${transportName}${subprotocol}`);
    const parts = { stream, settings: this.#settings, clock, log: this.#log, maskKeys, timings, leftover };
    const connection = new Connection<Client>(parts);
    return { connection, turns: undefined, stream, url: url.href, protocol, extensions };
  }

  /** Notes in the log that it failed. */
  failed(error: unknown): void {
    this.#log.error(`connecting to ${this.#target.url.authority} failed: ${(error as Error).message}`);
  }
}
