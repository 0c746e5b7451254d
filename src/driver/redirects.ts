import { requestFields } from "../core/request_fields.ts";
import { type HandshakeResponse, WebSocketError } from "../core/errors.ts";
import { resolveLocation } from "../core/redirect.ts";
import type { WebSocketUrl } from "../core/url.ts";
import type { TlsOptions } from "../transport/transport.ts";

/** Which redirects of the opening handshake are followed. */
export interface RedirectOptions {
  /** How many in a row. Default: 5. */
  readonly limit?: number;
  /** Whether they may lead from `wss:` to `ws:`, where everybody on the way can read along. Default: `false`. */
  readonly allowDowngrade?: boolean;
}

/** A request that may be redirected. */
export interface RedirectedRequest {
  readonly url: WebSocketUrl;
  readonly headers: HeadersInit | undefined;
  readonly tls: TlsOptions | undefined;
}

/** Headers that are meant for one origin: what identifies the user, and the name that it goes by. */
const ownHeaders: readonly string[] = ["authorization", "cookie", "proxy-authorization", "host"];

/** The redirects of one opening handshake. */
export class Redirects {
  readonly #options: Required<RedirectOptions>;
  readonly #visited: WebSocketUrl[];

  constructor(options: Required<RedirectOptions>, start: WebSocketUrl) {
    this.#options = options;
    this.#visited = [start];
  }

  /**
   * The request that a server's `location` asks for in place of one. To another origin (scheme, host and port) go no
   * credentials: no `Authorization`, no cookies, no client certificate. A user name in the `location` itself takes
   * the place of what there was.
   *
   * @throws {WebSocketError} `HandshakeFailed`, naming all the URLs on the way, for a redirect that is not followed.
   */
  follow<Request extends RedirectedRequest>(
    request: Request,
    location: string,
    response: HandshakeResponse | undefined,
  ): Request {
    const to = this.#check(request.url, location, response);
    this.#visited.push(to);
    const sameOrigin = originOf(to) === originOf(request.url);
    const kept = requestFields(request.url, request.headers).filter(([header]) => {
      const name = header.toLowerCase();
      if (name === "authorization" && to.authorization !== undefined) return false;
      return sameOrigin || !ownHeaders.includes(name);
    });
    const headers = kept.map(([name, value]): [string, string] => [name, value]);
    return { ...request, url: to, headers, tls: sameOrigin ? request.tls : withoutIdentity(request.tls) };
  }

  #check(from: WebSocketUrl, location: string, response: HandshakeResponse | undefined): WebSocketUrl {
    const { limit, allowDowngrade } = this.#options;
    let to: WebSocketUrl;
    try {
      to = resolveLocation(location, from);
    } catch (cause) {
      throw this.#refused("the server redirects to a URL that is none of a WebSocket", { response, cause });
    }
    const refused = (what: string): WebSocketError => this.#refused(what, { response, to });
    if (to.socketPath !== undefined && to.socketPath !== from.socketPath) {
      throw refused("a redirect to a Unix socket");
    }
    if (from.secure && !to.secure && !allowDowngrade) throw refused("a redirect from TLS to none");
    if (this.#visited.some(({ href }) => href === to.href)) throw refused("redirects in a circle");
    if (this.#visited.length > limit) {
      throw refused(`more than ${limit} ${limit === 1 ? "redirect" : "redirects"}`);
    }
    return to;
  }

  #refused(what: string, { response, cause, to }: Refusal): WebSocketError {
    const chain = [...this.#visited, ...to === undefined ? [] : [to]].map(withoutQuery).join(" → ");
    const message = `Cannot open the WebSocket: ${what}: ${chain}`;
    return new WebSocketError("HandshakeFailed", message, { response, cause });
  }
}

interface Refusal {
  readonly response: HandshakeResponse | undefined;
  readonly cause?: unknown;
  readonly to?: WebSocketUrl;
}

function originOf({ secure, host, port, socketPath }: WebSocketUrl): string {
  return JSON.stringify([secure, socketPath ?? [host, port]]);
}

/** The client's certificate, and the name that the server's was to be for, are for the origin alone. */
function withoutIdentity(tls: TlsOptions | undefined): TlsOptions | undefined {
  if (tls === undefined) return undefined;
  const { cert: _cert, key: _key, serverName: _serverName, ...others } = tls;
  return others;
}

/** Secrets travel in queries. */
function withoutQuery({ href }: WebSocketUrl): string {
  return href.replace(/\?.*$/, "?…");
}
