import { encodeBase64 } from "./base64.ts";
import type { WebSocketError } from "./errors.ts";
import type { ExtensionOffer } from "./extension_header.ts";
import { isHost } from "./headers.ts";
import { encodeLatin1 } from "./latin1.ts";
import { quote } from "./quote.ts";
import { locationIn } from "./redirect.ts";
import { requestFields } from "./request_fields.ts";
import { type ResponseLimits, ResponseParser } from "./response_parser.ts";
import { checkSubprotocols } from "./subprotocols.ts";
import { checkUpgrade } from "./upgrade_check.ts";
import type { WebSocketUrl } from "./url.ts";

/** What an {@linkcode OpeningHandshake} is made of. */
export interface HandshakeOptions {
  /** Where to, from {@linkcode parseWebSocketUrl}. */
  readonly url: WebSocketUrl;
  /** Headers to send beside the handshake's own. A `Host` takes the place of the URL's. */
  readonly headers?: HeadersInit;
  /** Subprotocols to offer, in order of preference. A server may choose none: RFC 6455 §4.2.2 allows it. */
  readonly protocols?: string | readonly string[];
  /** Extensions to offer, in order of preference. */
  readonly extensions?: readonly ExtensionOffer[];
  /** Fills the array with unpredictable bytes. */
  readonly random: (bytes: Uint8Array) => void;
  /** Whether redirects are of use: the body of one is then not waited for. Default: `false`. */
  readonly followsRedirects?: boolean;
  /** How much of the server's answer is taken. */
  readonly limits?: Partial<ResponseLimits>;
}

/**
 * The client's side of the opening handshake (RFC 6455 §4.1), without I/O. One object per attempt.
 *
 * Send {@linkcode OpeningHandshake.request}, then nothing until {@linkcode OpeningHandshake.done}. Hand every
 * byte that arrives to {@linkcode OpeningHandshake.receive}. After any of the methods has thrown or answered
 * an error, drop the connection.
 *
 * @example
 * ```ts
 * import { OpeningHandshake, parseWebSocketUrl } from "@silver9/websocket/core";
 *
 * const handshake = new OpeningHandshake({
 *   url: parseWebSocketUrl("ws://feed.example/v1"),
 *   random: (bytes) => crypto.getRandomValues(bytes as Uint8Array<ArrayBuffer>),
 * });
 * console.log(new TextDecoder().decode(handshake.request).split("\r\n")[0]); // prints: GET /v1 HTTP/1.1
 * try {
 *   handshake.receive(new TextEncoder().encode("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"));
 * } catch (error) {
 *   console.log((error as Error).message); // prints: Cannot open the WebSocket: the server answered 404 "Not Found"
 * }
 * ```
 */
export class OpeningHandshake {
  /** The whole request. Send it in one write. */
  readonly request: Uint8Array;

  readonly #key: string;
  readonly #offeredProtocols: readonly string[];
  readonly #offeredExtensions: readonly ExtensionOffer[];
  readonly #followsRedirects: boolean;
  readonly #parser: ResponseParser;
  #protocol = "";
  #extensions = "";
  #done = false;
  #failure: WebSocketError | undefined;

  /**
   * Makes the request, with a fresh key.
   *
   * @throws {WebSocketError} `InvalidConfiguration` for a header or a subprotocol that cannot be sent.
   */
  constructor(options: HandshakeOptions) {
    const key = new Uint8Array(16);
    options.random(key);
    this.#key = encodeBase64(key);
    this.#offeredProtocols = checkSubprotocols(options.protocols);
    this.#offeredExtensions = options.extensions ?? [];
    this.#followsRedirects = options.followsRedirects ?? false;
    this.#parser = new ResponseParser({
      headerBytes: options.limits?.headerBytes ?? 16 * 1024,
      headerCount: options.limits?.headerCount ?? 100,
      bodyBytes: options.limits?.bodyBytes ?? 64 * 1024,
    });
    this.request = this.#buildRequest(options);
  }

  /** The WebSocket is open: what arrives from now on, and what `receive` left over, are frames. */
  get done(): boolean {
    return this.#done;
  }

  /** The subprotocol that the server chose; empty when it chose none. Known when done. */
  get protocol(): string {
    return this.#protocol;
  }

  /** The extensions agreed on, as the server wrote them; empty when there are none. Known when done. */
  get extensions(): string {
    return this.#extensions;
  }

  /** The `Location` of a redirect, once `receive` has thrown for it; `undefined` where they are of no use. */
  get location(): string | undefined {
    return this.#followsRedirects ? locationIn(this.#parser) : undefined;
  }

  /**
   * Takes bytes that arrived. Answers how many of them belong to the handshake: the rest, if any, are frames,
   * and {@linkcode OpeningHandshake.done} is then true. None of the memory is kept.
   *
   * An answer other than 101 throws when its body is complete, or is over the limit. Until then the caller
   * goes on feeding bytes, and calls {@linkcode OpeningHandshake.abandon} when it will not wait any longer.
   *
   * @throws {WebSocketError} `HandshakeFailed` (with the response, if it was one), `LimitExceeded`.
   */
  receive(bytes: Uint8Array): number {
    if (this.#done) return 0;
    return this.#orFail(() => {
      const taken = this.#parser.receive(bytes);
      if (this.#parser.complete || this.location !== undefined) this.#finish();
      return taken;
    });
  }

  /**
   * Tells that the peer has sent its last byte (FIN). Does nothing when done: the end is then the framing's
   * matter.
   *
   * @throws {WebSocketError} `HandshakeFailed`: the server's refusal if its status had arrived, with as much of
   * the body as there is; otherwise that the server closed the connection.
   */
  end(): void {
    if (this.#done) return;
    this.#orFail(() => {
      throw this.#refusal() ?? this.#parser.failure(
        this.#parser.started
          ? "the server closed the connection in the middle of its answer"
          : "the server closed the connection without an answer",
      );
    });
  }

  /**
   * For a caller whose time is over or whose connection is lost. Answers the server's refusal when its status
   * and headers had arrived, with as much of the body as there is; it tells the user more than a time-out or a
   * reset. `undefined` when there is none.
   */
  abandon(): WebSocketError | undefined {
    return this.#failure ?? this.#refusal();
  }

  #buildRequest({ url, headers }: HandshakeOptions): Uint8Array {
    const fields = requestFields(url, headers);
    const host = fields.find(isHost)?.[1] ?? url.authority;
    const lines = [
      `GET ${url.resource} HTTP/1.1`,
      `Host: ${host}`,
      "Upgrade: websocket",
      "Connection: Upgrade",
      `Sec-WebSocket-Key: ${this.#key}`,
      "Sec-WebSocket-Version: 13",
    ];
    if (this.#offeredProtocols.length > 0) {
      lines.push(`Sec-WebSocket-Protocol: ${this.#offeredProtocols.join(", ")}`);
    }
    if (this.#offeredExtensions.length > 0) {
      lines.push(`Sec-WebSocket-Extensions: ${this.#offeredExtensions.map(({ offer }) => offer).join(", ")}`);
    }
    for (const field of fields) {
      if (!isHost(field)) lines.push(`${field[0]}: ${field[1]}`);
    }
    return encodeLatin1(lines.join("\r\n") + "\r\n\r\n");
  }

  /** Whatever goes wrong once stays wrong. */
  #orFail<T>(action: () => T): T {
    if (this.#failure !== undefined) throw this.#failure;
    try {
      return action();
    } catch (error) {
      this.#failure = error as WebSocketError;
      throw error;
    }
  }

  #finish(): void {
    const refusal = this.#refusal();
    if (refusal !== undefined) throw refusal;
    const agreed = checkUpgrade(this.#parser, {
      key: this.#key,
      protocols: this.#offeredProtocols,
      extensions: this.#offeredExtensions,
    });
    this.#protocol = agreed.protocol;
    this.#extensions = agreed.extensions;
    this.#done = true;
  }

  /** "If the status code received from the server is not 101, the client handles the response per HTTP" */
  #refusal(): WebSocketError | undefined {
    if (!this.#parser.headComplete) return undefined;
    const { status, reason } = this.#parser.statusLine!;
    if (status === 101) return undefined;
    return this.#parser.failure(`the server answered ${status}${reason === "" ? "" : ` ${quote(reason)}`}`);
  }
}
