import type { DeflateOffer } from "../core/deflate_offer.ts";
import { WebSocketError } from "../core/errors.ts";
import { OpeningHandshake } from "../core/handshake.ts";
import { MaskKeys } from "../core/mask.ts";
import type { WebSocketUrl } from "../core/url.ts";
import { chooseTunnel } from "../proxy/choose_tunnel.ts";
import type { ProxyOption } from "../proxy/proxy_options.ts";
import type { Lookup } from "../transport/lookup.ts";
import type { ByteStream, ConnectPhase, ConnectTarget, SocketOptions } from "../transport/transport.ts";
import type { TlsOptions } from "../transport/transport.ts";
import type { Clock } from "./clock.ts";
import { Connection } from "./connection.ts";
import { ConnectionObserver } from "./observer.ts";
import { OfferedDeflate } from "./offered_deflate.ts";
import { PhaseTimes } from "./phase_times.ts";
import type { Dozing } from "./poll_loop.ts";
import { type RedirectOptions, Redirects } from "./redirects.ts";
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
  /** Looks names up, before the system does. */
  readonly lookup: Lookup | undefined;
  readonly proxy: ProxyOption | undefined;
  /** `undefined`: redirects are not followed. */
  readonly followRedirects: Required<RedirectOptions> | undefined;
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

/** One pool for all connections of this thread: to ask for a few bytes at a time would cost more than to use them. */
const maskKeys = new MaskKeys((bytes) => void crypto.getRandomValues(bytes));

/** What opening a WebSocket has in common, whoever waits for it: phases, log, errors, and what comes of it. */
export class Opening<Client> {
  /** Of the attempt that is under way. */
  handshake: OpeningHandshake;

  /** Where a redirect leads to, after one. */
  #target: OpeningTarget;
  readonly #redirects: Redirects | undefined;
  readonly #settings: ConnectionSettings;
  readonly #observer: ConnectionObserver;
  readonly #times: PhaseTimes;
  readonly #deflate: OfferedDeflate | undefined;

  /**
   * Throws `InvalidConfiguration` for headers or subprotocols that cannot be sent, and for compression where there is
   * nothing to do it with.
   */
  constructor(target: OpeningTarget, settings: ConnectionSettings) {
    const { url, followRedirects } = target;
    const { perMessageDeflate } = settings;
    this.#deflate = perMessageDeflate && new OfferedDeflate(perMessageDeflate);
    this.handshake = handshakeOf(target, this.#deflate?.offer);
    this.#target = target;
    if (followRedirects !== undefined) this.#redirects = new Redirects(followRedirects, url);
    this.#settings = settings;
    const observer = this.#observer = new ConnectionObserver({ logger: settings.logger, ...settings.owner });
    this.#times = new PhaseTimes((phase, duration) => observer.phaseEnded(phase, duration));
  }

  /** Begins an attempt: answers what the transport is to do. */
  begin(): ConnectTarget {
    const { url, tls, socket, lookup, proxy, transportName: transport } = this.#target;
    const { host, port, secure, socketPath } = url;
    this.#observer.connecting({ host, port, socketPath, secure, transport }, this.#where);
    const tunnel = socketPath === undefined ? chooseTunnel(proxy, url) : undefined;
    return { host, port, socketPath, lookup, tls: secure ? tls ?? {} : undefined, socket, tunnel };
  }

  readonly enterPhase = (phase: ConnectPhase | "upgrade"): void => {
    this.#times.enter(phase);
  };

  /**
   * An attempt has failed. When that is a redirect that is followed, the next attempt goes where it leads; everything
   * else is thrown.
   */
  followOrThrow(error: unknown): void {
    const { location } = this.handshake;
    this.#noteAnswer(error);
    if (this.#redirects === undefined || location === undefined) throw error;
    this.#times.leave();
    const { response } = error as WebSocketError;
    const from = this.#where;
    this.#target = this.#redirects.follow(this.#target, location, response);
    this.handshake = handshakeOf(this.#target, this.#deflate?.offer);
    this.#observer.redirected(from, this.#where);
  }

  #noteAnswer(error: unknown): void {
    // A proxy has answered where the server has not been asked yet.
    if (this.#times.phase !== "upgrade" || !(error instanceof WebSocketError)) return;
    if (error.response !== undefined) this.#observer.answered(error.response.status);
  }

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
    this.#observer.answered(101);
    this.#observer.opened({ protocol, extensions, connect: timings }, this.#where, transportName);
    const deflate = this.#deflate?.agreed();
    const parts = {
      stream,
      settings: this.#settings,
      clock,
      observer: this.#observer,
      maskKeys,
      timings,
      leftover,
      deflate,
    };
    const connection = new Connection<Client>(parts);
    return { connection, turns: undefined, stream, url: url.href, protocol, extensions };
  }

  /** Tells that it failed. */
  failed(error: unknown): void {
    const { phase, elapsed: after } = this.#times;
    this.#observer.failedToOpen(error, { where: this.#where, phase, after });
  }

  /** For messages. */
  get #where(): string {
    const { authority, socketPath } = this.#target.url;
    return socketPath ?? authority;
  }
}

function handshakeOf(
  { url, headers, protocols, followRedirects }: OpeningTarget,
  deflate: DeflateOffer | undefined,
): OpeningHandshake {
  return new OpeningHandshake({
    url,
    headers,
    protocols,
    extensions: deflate && [deflate],
    random: (bytes) => maskKeys.fill(bytes),
    followsRedirects: followRedirects !== undefined,
  });
}
