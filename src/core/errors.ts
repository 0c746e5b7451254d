/** What kind of failure a {@linkcode WebSocketError} reports. */
export type WebSocketErrorCode =
  | "InvalidUrl"
  | "InvalidConfiguration"
  | "ConnectionFailed"
  | "TlsFailed"
  | "HandshakeFailed"
  | "ProtocolViolation"
  | "LimitExceeded"
  | "Timeout"
  | "ConnectionClosed"
  | "SocketUnavailable"
  | "Aborted"
  | "Io";

/** The part of a connection's life in which a `Timeout` happened. */
export type TimeoutPhase =
  | "lookup"
  | "tcp"
  | "proxy"
  | "tls"
  | "upgrade"
  | "close"
  | "keepAlive"
  | "write"
  | "thread";

/** The answer of a server that did not open the WebSocket, or of a proxy that did not connect to it. */
export interface HandshakeResponse {
  /** HTTP status code, for example 401. */
  readonly status: number;
  /** Header fields; names in lower case, in order of arrival. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** The beginning of the body, at most 64 KiB: as much as had arrived. */
  readonly body: Uint8Array;
}

/** What a {@linkcode WebSocketError} can carry beside its code and message. */
export interface WebSocketErrorOptions {
  /** The runtime's own error. */
  cause?: unknown;
  /** For `Timeout`: what took too long. */
  phase?: TimeoutPhase;
  /** For `HandshakeFailed`: what the server answered. For `ConnectionFailed`: what the proxy did, in HTTP. */
  response?: HandshakeResponse;
  /**
   * For `ProtocolViolation` and `LimitExceeded`: the close code sent to the peer. For what ends a `WebSocketStream`: the
   * code to close with.
   */
  closeCode?: number;
  /** With `closeCode`: the reason to close with. */
  reason?: string;
}

/**
 * Every error of this module. Tell them apart by {@linkcode WebSocketError.code}; messages are for people.
 *
 * @example
 * ```ts
 * import { NonBlockingClient, WebSocketError } from "@silver9/websocket";
 *
 * try {
 *   await NonBlockingClient.connect("http//oops");
 * } catch (error) {
 *   if (error instanceof WebSocketError) console.log(error.code); // "InvalidUrl"
 * }
 * ```
 */
export class WebSocketError extends Error {
  /** What kind of failure this is. */
  readonly code: WebSocketErrorCode;
  /** For `Timeout`: what took too long. */
  declare readonly phase?: TimeoutPhase;
  /** For `HandshakeFailed`: what the server answered, for `ConnectionFailed`: what the proxy did; if it was HTTP. */
  declare readonly response?: HandshakeResponse;
  /**
   * For what the peer did wrong (`ProtocolViolation`, `LimitExceeded`): the close code sent to it. From a
   * `WebSocketStream` that did not end cleanly: the close code it ended with.
   */
  declare readonly closeCode?: number;
  /** With `closeCode`, from a `WebSocketStream`: the reason in the Close frame. */
  declare readonly reason?: string;

  /** Makes an error of the given kind. */
  constructor(code: WebSocketErrorCode, message: string, options: WebSocketErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "WebSocketError";
    this.code = code;
    if (options.phase !== undefined) this.phase = options.phase;
    if (options.response !== undefined) this.response = options.response;
    if (options.closeCode !== undefined) this.closeCode = options.closeCode;
    if (options.reason !== undefined) this.reason = options.reason;
  }
}
