/**
 * The line between bytes and everything else. A transport opens a byte stream and moves bytes; it knows
 * nothing of WebSockets, and nothing above it knows of runtimes.
 *
 * @module
 */
import type { TimeoutPhase } from "../core/errors.ts";
import type { Tunnel } from "../proxy/tunnel.ts";
import type { Lookup } from "./lookup.ts";

/** TLS settings of a `wss:` connection. All PEM strings. */
export interface TlsOptions {
  /** Certificate authorities to trust instead of the runtime's store: one PEM, or several. */
  readonly caCerts?: string | readonly string[];
  /** The client's certificate chain, with `key`. */
  readonly cert?: string;
  /** The private key of `cert`. */
  readonly key?: string;
  /** The name to send (SNI) and to check the certificate against. Default: the URL's host. */
  readonly serverName?: string;
  /** Protocols to offer by ALPN. Default: `["http/1.1"]`. */
  readonly alpnProtocols?: readonly string[];
  /** `false` accepts any certificate: for tests only, or together with `pins`. Default: `true`. */
  readonly verify?: boolean;
  /**
   * The keys that the server may have: `"sha256/"` and the Base64 of the SHA-256 of a public key as it stands in a
   * certificate (its SubjectPublicKeyInfo). The server's own certificate has to have one of them; those of its
   * authorities do not count. In addition to verification, and with `verify: false` in its place. Default: any.
   *
   * @example
   * ```sh ignore
   * openssl x509 -in server.pem -pubkey -noout | openssl pkey -pubin -outform der | openssl dgst -sha256 -binary | base64
   * ```
   */
  readonly pins?: readonly string[];
}

/** Socket options. `undefined` leaves the system's value. */
export interface SocketOptions {
  /** TCP_NODELAY. `null` leaves the system's value. Default: `true`. */
  readonly noDelay?: boolean | null;
  /** IP time to live, 1 to 255. */
  readonly ttl?: number;
  /** SO_KEEPALIVE: `true`, or the idle time before the first probe in milliseconds. */
  readonly tcpKeepAlive?: boolean | number;
  /** TCP_QUICKACK. */
  readonly quickAck?: boolean;
  /** SO_BUSY_POLL, microseconds. */
  readonly busyPoll?: number;
  /** SO_RCVBUF, bytes. */
  readonly receiveBufferSize?: number;
  /** SO_SNDBUF, bytes. */
  readonly sendBufferSize?: number;
  /** IP_TOS / IPV6_TCLASS, 0 to 255. */
  readonly typeOfService?: number;
  /**
   * The local IP address to connect from, for machines with several. Only addresses of its family are tried.
   * Default: the system's choice.
   */
  readonly localAddress?: string;
}

/** Where to connect to, and how. */
export interface ConnectTarget {
  /** Host name or IP address; an IPv6 address without brackets. */
  readonly host: string;
  /** TCP port. */
  readonly port: number;
  /** The path of a Unix socket to connect to; `host` is then but the name that TLS asks the server for. */
  readonly socketPath?: string;
  /** Looks names up, before the system does. */
  readonly lookup?: Lookup;
  /** TLS settings, or `undefined` for plain TCP. */
  readonly tls: TlsOptions | undefined;
  /** Socket options; already checked against {@linkcode Transport.unsupported}. */
  readonly socket: SocketOptions;
  /**
   * The proxy to go through: TCP, and the TLS of {@linkcode Tunnel.tls}, are with it, and TLS with the target, if
   * any, goes through the tunnel. Only for a transport that {@linkcode Transport.tunnels}.
   */
  readonly tunnel?: Tunnel;
}

/** The phases of opening a byte stream. */
export type ConnectPhase = Extract<TimeoutPhase, "lookup" | "tcp" | "proxy" | "tls">;

/** What the caller of {@linkcode Transport.connect} hands in. */
export interface ConnectContext {
  /** Ends the attempt: whatever is half open is closed, and the promise rejects. */
  readonly signal: AbortSignal;
  /** Called at the beginning of each phase; `proxy` and `tls` only where there is a proxy, and TLS with the target. */
  enterPhase(phase: ConnectPhase): void;
}

/**
 * Receives what a {@linkcode ByteStream} has to tell, never from within a call to the stream. None of these may
 * throw.
 */
export interface ByteStreamSink {
  /**
   * Bytes arrived. The memory is the transport's: valid until this returns, and often the same buffer
   * each time.
   */
  onData(bytes: Uint8Array): void;
  /** The bytes lent to the stream by a `write` that answered `false` have been taken: write on. */
  onWritable(): void;
  /** The peer has sent all it will send (FIN), and all of it was delivered. Writing may still be possible. */
  onEnd(): void;
  /**
   * The stream is gone: the last call, exactly once, also after `destroy`. `error` says why when it was
   * not asked for (reset, broken pipe, a TLS alert): the runtime's own error.
   */
  onClose(error?: unknown): void;
}

/**
 * An open byte stream. Reading is paused until {@linkcode ByteStream.resume}, and no byte is lost before.
 */
export interface ByteStream {
  /** The runtime's own socket object. */
  readonly socket: unknown;
  /** Bytes lent by the last `write` that the system has not taken yet. 0 when nothing is lent. */
  readonly unsent: number;
  /** Sets who is told: before the first `resume`, and again (another sink) while paused. */
  attach(sink: ByteStreamSink): void;
  /** Lets data flow. */
  resume(): void;
  /** Stops data, at once: no `onData` and no `onEnd` until `resume`. */
  pause(): void;
  /**
   * Writes `bytes[start, end)` at once. `true`: all taken, the memory may be reused at once. `false`: the
   * memory is lent to the stream, must not change, and nothing may be written until `onWritable`.
   * After the stream is gone or shut down: no effect, `true`. A failure is told by `onClose`, later.
   */
  write(bytes: Uint8Array, start: number, end: number): boolean;
  /** Sends FIN (TLS: close_notify before it) after what was written. Reading goes on. */
  shutdown(): void;
  /** Drops the stream at once. `onClose` follows, without an error, not from within this call. */
  destroy(): void;
  /** Whether the stream keeps the process alive. It does by default. */
  setKeepsProcessAlive(keeps: boolean): void;
}

/** Opens byte streams: one object per runtime, without state of its own. */
export interface Transport {
  /** For logs and error messages, for example `"node"`. */
  readonly name: string;
  /** The socket options that this transport cannot set; each is refused by name before anything opens. */
  readonly unsupported: readonly (keyof SocketOptions)[];
  /** Whether it connects to a {@linkcode ConnectTarget.socketPath}. If not, `ws+unix:` URLs are refused. */
  readonly unixSockets?: boolean;
  /** Whether it asks {@linkcode ConnectTarget.lookup}. If not, the option `lookup` is refused. */
  readonly asksLookup?: boolean;
  /** Whether it goes through a {@linkcode ConnectTarget.tunnel}. If not, the option `proxy` is refused. */
  readonly tunnels?: boolean;
  /**
   * Opens a stream, TLS handshake included. Tries every address of the host (RFC 8305), or its `socketPath`.
   *
   * Rejects with `WebSocketError`: `ConnectionFailed` (look-up, TCP), `TlsFailed`, each with the runtime's
   * error as `cause`; or with `context.signal.reason` when aborted.
   */
  connect(target: ConnectTarget, context: ConnectContext): Promise<ByteStream>;
}
