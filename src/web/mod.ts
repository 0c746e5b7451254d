/**
 * The platform's classes on top of this client, for code that expects them: {@linkcode WebSocket} with events, and
 * {@linkcode WebSocketStream} with a pair of streams and back-pressure. Both run on the caller's event loop, take the
 * options of the non-blocking client, and behave alike on Deno, Bun and Node.
 *
 * @example
 * ```ts
 * import { WebSocket } from "@silver9/websocket/web";
 *
 * const socket = new WebSocket("wss://example.com/feed", "chat.v2");
 * socket.addEventListener("open", () => socket.send("hello"));
 * socket.addEventListener("message", ({ data }) => {
 *   console.log(data);
 *   socket.close();
 * });
 * ```
 *
 * @module
 */
export type { ClientOptions, NonBlockingOptions, TimestampOptions } from "../client/options.ts";
export type { DeflateCodec, DeflaterOptions, DeflateStream, InflaterOptions } from "../core/deflate_codec.ts";
export type { DeflateParameters } from "../core/deflate_offer.ts";
export {
  type HandshakeResponse,
  type TimeoutPhase,
  WebSocketError,
  type WebSocketErrorCode,
  type WebSocketErrorOptions,
} from "../core/errors.ts";
export type { PerMessageDeflateOptions } from "../driver/deflate_options.ts";
export type { Logger } from "../driver/logger.ts";
export type { RedirectOptions } from "../driver/redirects.ts";
export type { KeepAliveOptions } from "../driver/settings.ts";
export type { Environment } from "../proxy/environment.ts";
export type { ProxyEnvironment, ProxyOption, ProxyOptions } from "../proxy/proxy_options.ts";
export type { Tunnel, TunnelHandshake } from "../proxy/tunnel.ts";
export type { Lookup, LookupAnswer, LookupFunction, LookupTable } from "../transport/lookup.ts";
export type {
  ByteStream,
  ByteStreamSink,
  ConnectContext,
  ConnectPhase,
  ConnectTarget,
  SocketOptions,
  TlsOptions,
  Transport,
} from "../transport/transport.ts";
export type { EventHandler } from "./event_handlers.ts";
export type { WebSocketOptions } from "./options.ts";
export { WebSocket } from "./web_socket.ts";
export type { WebSocketEventMap } from "./web_socket_events.ts";
export { type WebSocketCloseInfo, type WebSocketOpenInfo, WebSocketStream } from "./web_socket_stream.ts";
