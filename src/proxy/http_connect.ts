import type { WebSocketError } from "../core/errors.ts";
import type { HeaderField } from "../core/headers.ts";
import { encodeLatin1 } from "../core/latin1.ts";
import { quote } from "../core/quote.ts";
import { type ResponseLimits, ResponseParser } from "../core/response_parser.ts";
import { failing, proxyGone, type Route } from "./route.ts";
import type { TunnelHandshake } from "./tunnel.ts";

const NOTHING = new Uint8Array(0);

/** As for the opening handshake. */
const limits: ResponseLimits = { headerBytes: 16 * 1024, headerCount: 100, bodyBytes: 64 * 1024 };

/** What is asked of a proxy that speaks HTTP. */
export interface ConnectRequest {
  readonly route: Route;
  /** Safe to be put into a request; `Proxy-Authorization` among them. */
  readonly fields: readonly HeaderField[];
}

/** The method CONNECT (RFC 9110 §9.3.6). */
export class HttpConnect implements TunnelHandshake {
  readonly #route: Route;
  readonly #parser: ResponseParser;
  #request: Uint8Array;
  #done = false;

  constructor({ route, fields }: ConnectRequest) {
    const lines = [`CONNECT ${route.target} HTTP/1.1`, `Host: ${route.target}`];
    for (const [name, value] of fields) lines.push(`${name}: ${value}`);
    this.#request = encodeLatin1(lines.join("\r\n") + "\r\n\r\n");
    this.#route = route;
    this.#parser = new ResponseParser(limits, {
      who: "proxy",
      failing: failing(route),
      code: "ConnectionFailed",
      // "… switch to tunnel mode immediately after the response header section"
      endsAtHead: isSuccess,
    });
  }

  get done(): boolean {
    return this.#done;
  }

  takeOutput(): Uint8Array {
    const request = this.#request;
    this.#request = NOTHING;
    return request;
  }

  receive(bytes: Uint8Array): number {
    if (this.#done) return 0;
    const taken = this.#parser.receive(bytes);
    if (!this.#parser.complete) return taken;
    const refusal = this.abandon();
    if (refusal !== undefined) throw refusal;
    this.#done = true;
    return taken;
  }

  ended(cause?: unknown): WebSocketError {
    const { started } = this.#parser;
    return this.abandon() ?? proxyGone(this.#route, started, { response: this.#parser.response(), cause });
  }

  abandon(): WebSocketError | undefined {
    const { headComplete, statusLine } = this.#parser;
    if (!headComplete || statusLine === undefined || isSuccess(statusLine.status)) return undefined;
    const reason = statusLine.reason === "" ? "" : ` ${quote(statusLine.reason)}`;
    return this.#parser.failure(`the proxy answered ${statusLine.status}${reason}`);
  }
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}
