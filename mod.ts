/**
 * A WebSocket client for Deno, Bun and Node with low and predictable latency.
 *
 * {@linkcode NonBlockingClient} calls a handler back on the caller's thread. Messages are handed over where they lie
 * in the receive buffer; nothing is allocated or copied for what a handler does not ask for.
 *
 * @example Connect, send, receive, close
 * ```ts
 * import { NonBlockingClient } from "@silver9/websocket";
 *
 * const client = await NonBlockingClient.connect("wss://example.com/feed", {
 *   headers: { authorization: "Bearer …" },
 * });
 * await client.run({
 *   onActivated: (client) => client.sendText("subscribe"),
 *   onTextMessage: (client, message) => {
 *     console.log(message.text); // or message.bytes: a zero-copy view
 *     client.close();
 *   },
 * });
 * ```
 *
 * @module
 */
export { NonBlockingClient } from "./src/client/non_blocking.ts";
export type { ClientOptions, NonBlockingOptions } from "./src/client/options.ts";
export type { CloseInfo, CloseInitiator } from "./src/core/close_info.ts";
export {
  type HandshakeResponse,
  type TimeoutPhase,
  WebSocketError,
  type WebSocketErrorCode,
  type WebSocketErrorOptions,
} from "./src/core/errors.ts";
export type { Payload } from "./src/core/payload.ts";
export type { ConnectionState } from "./src/core/state.ts";
export type { Handler } from "./src/driver/handler.ts";
export type { Logger } from "./src/driver/logger.ts";
export type { KeepAliveOptions } from "./src/driver/settings.ts";
export type { ConnectionStats, ConnectTimings } from "./src/driver/stats.ts";
export type {
  ByteStream,
  ByteStreamSink,
  ConnectContext,
  ConnectPhase,
  ConnectTarget,
  SocketOptions,
  TlsOptions,
  Transport,
} from "./src/transport/transport.ts";
