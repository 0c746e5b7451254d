import type { PerMessageDeflateOptions } from "../driver/deflate_options.ts";
import type { Logger } from "../driver/logger.ts";
import type { RedirectOptions } from "../driver/redirects.ts";
import type { KeepAliveOptions } from "../driver/settings.ts";
import type { ProxyOption } from "../proxy/proxy_options.ts";
import type { IoThread } from "../thread/io_thread.ts";
import type { Lookup } from "../transport/lookup.ts";
import type { SocketOptions, TlsOptions, Transport } from "../transport/transport.ts";

/** Options that all three clients share. Durations are milliseconds, sizes bytes. */
export interface ClientOptions extends SocketOptions {
  /** Headers to send with the opening handshake; one that would break it is refused. */
  readonly headers?: HeadersInit;
  /** Subprotocols to offer, the preferred one first. */
  readonly protocols?: string | readonly string[];
  /** TLS settings of a `wss:` URL. Default: the runtime's trust store, identity verified. */
  readonly tls?: TlsOptions;
  /**
   * The proxy to go through: its URL, `http:`, `https:`, `socks5:` or `socks5h:` (see {@linkcode ProxyOptions.url}), or
   * that with more. `"environment"` takes it from the variables `HTTP_PROXY` (for `ws:`), `HTTPS_PROXY` (for `wss:`),
   * `ALL_PROXY` and `NO_PROXY`, in lower case first; these are not looked at otherwise. Default: none.
   */
  readonly proxy?: ProxyOption;
  /** How bytes travel. Default: the runtime's own sockets. */
  readonly transport?: "deno" | "bun" | "node" | "syscall";
  /**
   * `undefined`: woken when the socket is ready. `null`: keep polling, for the lowest latency at the price of one
   * core; on the event loops of Bun and Node, where Deno's is woken by readiness all the same. A positive number:
   * sleep that many milliseconds between polls and take what came together. Default: `undefined`.
   */
  readonly spinWaitDuration?: number | null;
  /**
   * Looks names up in place of the system: a table of names and their addresses, or a function, which the system
   * stands in for where it answers `undefined`. Names only, not addresses; of proxies, too. A function is called on
   * the thread that calls `connect`; for `connectSync` and {@linkcode BlockingClient} it has to answer at once, not
   * by a promise. An answer that is no IP address is `InvalidConfiguration`. Default: the system's look-up.
   *
   * @example
   * ```ts ignore
   * const client = await NonBlockingClient.connect("wss://example.com/feed", {
   *   lookup: { "example.com": ["192.0.2.1", "2001:db8::1"] },
   * });
   * ```
   */
  readonly lookup?: Lookup;
  /**
   * Follows redirects of the opening handshake (301, 302, 303, 307, 308): `true` for up to 5, or how many. `http:` and
   * `https:` are read as `ws:` and `wss:`. To another origin (scheme, host, port) go no credentials: neither
   * `Authorization`, `Proxy-Authorization` and `Cookie` headers nor those of the URL, no client certificate and no
   * `Host` header; all other headers and the subprotocols do. A redirect from `wss:` to `ws:`, to a Unix socket, in a
   * circle or beyond the limit is `HandshakeFailed`. `handshakeTimeout` holds for all together. Default: `false`.
   */
  readonly followRedirects?: boolean | number | RedirectOptions;
  /** Limit on the whole of connecting: name look-up, TCP, TLS, upgrade, redirects. Default: 10 000. */
  readonly handshakeTimeout?: number;
  /** Limit on the wait for the peer's Close; then the socket is dropped. Default: 5 000. */
  readonly closeTimeout?: number;
  /** Largest message, after decompression; a larger one ends the connection with 1009. Default: 64 MiB. */
  readonly maxMessageSize?: number;
  /**
   * Hands messages over in parts, as their bytes arrive, to `onMessagePart` or as the events `textPart` and `binaryPart`,
   * for messages that need not lie in memory as a whole: none is gathered, however large, and compressed ones are
   * inflated by 64 KiB. `maxMessageSize` and `maxFrameSize` hold all the same. Default: `false`.
   */
  readonly messageParts?: boolean;
  /** Largest frame; a larger one ends the connection with 1009. Default: 16 MiB. */
  readonly maxFrameSize?: number;
  /** Unsent bytes at most; a send that would pass it throws `LimitExceeded`. Default: 64 MiB. */
  readonly maxBufferedAmount?: number;
  /** Unsent bytes above which a send answers `false`. Default: 1 MiB. */
  readonly highWaterMark?: number;
  /** Pings when nothing comes, and the end of a connection that does not answer them. Default: off. */
  readonly keepAlive?: KeepAliveOptions;
  /** Compress messages (RFC 7692), where the server can: `true`, or how. Default: `false`. */
  readonly perMessageDeflate?: boolean | PerMessageDeflateOptions;
  /** Ends the handshake, or the connection, with `Aborted`. */
  readonly signal?: AbortSignal;
  /**
   * Takes log lines, for people to follow the connection by: `console`, pino, a logger of `@std/log`. Programs do better
   * with `stats` and with {@linkcode DiagnosticsMessages}. Default: none.
   */
  readonly logger?: Logger;
}

/** Options of the clients whose caller's thread reads the socket. */
export interface TimestampOptions {
  /**
   * SO_TIMESTAMPNS: lets the system note when it receives something, for `receivedAt`. With `transport: "syscall"`
   * on Linux only. Costs somewhat more per read, and nothing where it is not asked for. Default: `false`.
   */
  readonly receiveTimestamps?: boolean;
}

/** Options of {@linkcode NonBlockingClient}. */
export interface NonBlockingOptions extends Omit<ClientOptions, "transport">, TimestampOptions {
  /** How bytes travel: by name, or an implementation of one's own. Default: the runtime's own sockets. */
  readonly transport?: "deno" | "bun" | "node" | "syscall" | Transport;
}

/** Where the connections of the blocking and the async client live. */
export interface ThreadOptions {
  /** The thread that hosts the connection, with others. Default: one of its own. */
  readonly thread?: IoThread;
  /** The worker's module, for bundles that leave it out: see {@linkcode IoThreadOptions.workerUrl}. */
  readonly workerUrl?: string | URL;
  /** Room for events that have not been received, in bytes; what is more stays in the socket. Default: 4 MiB. */
  readonly eventCapacity?: number;
  /** Room for commands that have not been executed, in bytes. Default: 4 MiB. */
  readonly controlCapacity?: number;
}

/** Options of {@linkcode AsyncClient}. */
export interface AsyncOptions extends ClientOptions, ThreadOptions {}

/** Options of {@linkcode BlockingClient}. */
export interface BlockingOptions extends ClientOptions, ThreadOptions, TimestampOptions {
  /** How long `read` waits, and how long `run` waits before it calls `onIdle`. Default: no limit. */
  readonly readTimeout?: number;
  /** How long a send waits for the system to take its bytes, before it throws `Timeout`. Default: no limit. */
  readonly writeTimeout?: number;
}
