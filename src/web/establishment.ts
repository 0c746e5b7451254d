import { openConnection, prepare } from "../client/open_connection.ts";
import type { NonBlockingOptions } from "../client/options.ts";
import { WebSocketError } from "../core/errors.ts";
import { checkSubprotocols } from "../core/subprotocols.ts";
import type { Handler } from "../driver/handler.ts";
import type { Opened } from "../driver/opening.ts";
import type { WebSocketOptions } from "./options.ts";

/** An open connection whose handler needs no client. */
export type Established = Opened<undefined>;

/** Who is told what comes of an {@linkcode Establishment}: one of the two, once, and not from within the constructor. */
export interface EstablishmentOutcome {
  /** The connection is there; it is not read before it runs. */
  onEstablished(opened: Established): void;
  /** There will be none: a {@linkcode WebSocketError}. */
  onFailed(error: WebSocketError): void;
}

/** What the WebSockets Standard calls establishing a connection, for either class. */
export class Establishment {
  /** The URL, normalised. */
  readonly url: string;

  readonly #abandoned = new AbortController();

  /**
   * Begins to connect.
   *
   * @throws {DOMException} `SyntaxError` for a URL or a subprotocol that cannot be used.
   * @throws {WebSocketError} `InvalidConfiguration` for any other option.
   */
  constructor(url: string | URL, options: WebSocketOptions, outcome: EstablishmentOutcome) {
    refuseOthers(options as NonBlockingOptions);
    const parsed = orSyntaxError(() => parseUrl(url));
    orSyntaxError(() => checkProtocols(options.protocols));
    // Opening checks once more; here, whoever made the mistake can catch it.
    this.url = orSyntaxError(() => prepare(parsed, options).target.url.href, "InvalidUrl");
    void this.#establish(parsed, options, outcome);
  }

  /** Gives up: the outcome will be a failure. Without effect once it has been told. */
  abandon(): void {
    this.#abandoned.abort();
  }

  async #establish(url: URL, options: WebSocketOptions, outcome: EstablishmentOutcome): Promise<void> {
    const abandoned = this.#abandoned.signal;
    const signal = options.signal === undefined ? abandoned : AbortSignal.any([abandoned, options.signal]);
    let opened: Established;
    try {
      opened = await openConnection<undefined>(url, { ...options, signal });
    } catch (error) {
      return outcome.onFailed(abandoned.aborted ? closedEarly() : error as WebSocketError);
    }
    // From here to the outcome nothing may come in between: a program that gives up now would not be heard.
    const failure = abandoned.aborted ? closedEarly() : unacknowledged(opened, options);
    if (failure === undefined) return outcome.onEstablished(opened);
    discard(opened, failure);
    outcome.onFailed(failure);
  }
}

/** White space around is dropped as the URL parser does it; userinfo and the rest are the opening's to judge. */
function parseUrl(url: string | URL): URL {
  try {
    return new URL(String(url));
  } catch {
    // The parser's own error repeats the URL, credentials included.
    throw new WebSocketError("InvalidUrl", "Invalid WebSocket URL: it does not parse as an absolute URL");
  }
}

/** As the web platform tests have it, case does not make two subprotocols of one. */
function checkProtocols(protocols: WebSocketOptions["protocols"]): void {
  const offered = checkSubprotocols(protocols).map((protocol) => protocol.toLowerCase());
  if (new Set(offered).size === offered.length) return;
  const message = `Invalid \`protocols\`: a subprotocol is listed twice: ${offered.join(", ")}`;
  throw new WebSocketError("InvalidConfiguration", message);
}

/** Runs `check`; of what it throws, the given kind becomes the exception that the standard names. */
function orSyntaxError<T>(check: () => T, code?: "InvalidUrl"): T {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof WebSocketError) || (code !== undefined && error.code !== code)) throw error;
    throw Object.assign(new DOMException(error.message, "SyntaxError"), { cause: error });
  }
}

function refuseOthers(options: NonBlockingOptions): void {
  if (options.receiveTimestamps !== undefined) {
    const message = "options: receiveTimestamps is for NonBlockingClient and BlockingClient";
    throw new WebSocketError("InvalidConfiguration", message);
  }
  // The platform's classes know whole messages only.
  if (options.messageParts === undefined) return;
  const message = "options: messageParts is for NonBlockingClient, BlockingClient and AsyncClient";
  throw new WebSocketError("InvalidConfiguration", message);
}

/** The standard is stricter than RFC 6455 here: a server may not pass over the subprotocols that were asked for. */
function unacknowledged(
  { protocol }: Established,
  { protocols }: WebSocketOptions,
): WebSocketError | undefined {
  if (protocol !== "" || protocols === undefined || protocols.length === 0) return undefined;
  const message = "Cannot open the WebSocket: the server chose none of the subprotocols asked for";
  return new WebSocketError("HandshakeFailed", message);
}

function closedEarly(): WebSocketError {
  return new WebSocketError("Aborted", "closed before the connection was established");
}

/** Sends a last Close, and lets go. */
function discard({ connection, turns }: Established, error: WebSocketError): void {
  const silent: Handler<undefined> = { onError: () => {} };
  connection.giveUp(error);
  void connection.run(silent, undefined);
  turns?.start();
}
