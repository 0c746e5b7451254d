/**
 * A WebSocket client for Deno, Bun and Node with low and predictable latency, in three styles over one protocol:
 *
 * - {@linkcode NonBlockingClient} calls a handler back on the caller's thread, woken by the event loop. Messages are
 *   handed over where they lie in the receive buffer; nothing is allocated or copied for what a handler does not ask.
 * - {@linkcode BlockingClient} makes its caller wait: callbacks or `read()`, and no promise anywhere.
 * - {@linkcode AsyncClient} lives on a thread of its own; events and commands travel by channels.
 *
 * @example Connect, send, receive, close
 * ```ts
 * import { NonBlockingClient } from "@silver9/websocket";
 *
 * const client = await NonBlockingClient.connect("wss://example.com/feed", {
 *   headers: { authorization: "Bearer abc123" },
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
export { AsyncClient, type ThreadHandle } from "./src/client/async.ts";
export { BlockingClient } from "./src/client/blocking.ts";
export { type ControlHandle, ControlSender } from "./src/client/control_sender.ts";
export type {
  ActivatedEvent,
  BinaryEvent,
  BinaryPartEvent,
  ClosedEvent,
  CloseMessage,
  ControlMessage,
  ErrorEvent,
  ForceQuitMessage,
  PingEvent,
  PongEvent,
  QuitEvent,
  SendBinaryMessage,
  SendPingMessage,
  SendPongMessage,
  SendTextMessage,
  TextEvent,
  TextPartEvent,
  WebSocketEvent,
} from "./src/client/events.ts";
export { MessageWriter } from "./src/client/message_writer.ts";
export { NonBlockingClient } from "./src/client/non_blocking.ts";
export type {
  AsyncOptions,
  BlockingOptions,
  ClientOptions,
  NonBlockingOptions,
  ThreadOptions,
  TimestampOptions,
} from "./src/client/options.ts";
export { ConnectedClient, type ConnectionView } from "./src/client/connected_client.ts";
export { reconnect } from "./src/client/reconnect.ts";
export type {
  AsyncReconnectOptions,
  BlockingReconnectOptions,
  ReconnectOptions,
  ReconnectPolicy,
  ReconnectReason,
} from "./src/client/reconnect_options.ts";
export type { ReconnectState } from "./src/client/reconnect_plan.ts";
export { reconnectSync } from "./src/client/reconnect_sync.ts";
export { ReconnectView } from "./src/client/reconnect_view.ts";
export { Reconnecting } from "./src/client/reconnecting.ts";
export { ReconnectingSync } from "./src/client/reconnecting_sync.ts";
export type { ChannelHandle, ReceiverHandle, SenderHandle } from "./src/channel/handle.ts";
export { type ChannelEndOptions, Receiver } from "./src/channel/receiver.ts";
export type { RefusalReason, SendResult } from "./src/channel/sender.ts";
export type { WaitingOptions } from "./src/channel/waiting.ts";
export type { CloseInfo, CloseInitiator } from "./src/core/close_info.ts";
export {
  type HandshakeResponse,
  type TimeoutPhase,
  WebSocketError,
  type WebSocketErrorCode,
  type WebSocketErrorOptions,
} from "./src/core/errors.ts";
export type {
  DeflateCodec,
  DeflaterOptions,
  DeflateStream,
  InflaterOptions,
} from "./src/core/deflate_codec.ts";
export type { DeflateParameters } from "./src/core/deflate_offer.ts";
export type { MessagePart } from "./src/core/message_part.ts";
export type { Payload } from "./src/core/payload.ts";
export { prepareBinary, PreparedMessage, prepareText } from "./src/core/prepared_message.ts";
export type { ConnectionState } from "./src/core/state.ts";
export type { PerMessageDeflateOptions } from "./src/driver/deflate_options.ts";
export type {
  CloseDiagnostics,
  ConnectDiagnostics,
  ConnectionDiagnostics,
  DiagnosticsMessages,
  ErrorDiagnostics,
  HandshakeDiagnostics,
  OpenDiagnostics,
  RoundTripDiagnostics,
} from "./src/driver/diagnostics.ts";
export type { Handler } from "./src/driver/handler.ts";
export type { Logger } from "./src/driver/logger.ts";
export type { SendOptions } from "./src/driver/send_options.ts";
export type { KeepAliveOptions } from "./src/driver/settings.ts";
export type { RedirectOptions } from "./src/driver/redirects.ts";
export { RoundTrips, type RoundTripSummary } from "./src/driver/round_trips.ts";
export type { CompressionStats, ConnectionStats, ConnectTimings } from "./src/driver/stats.ts";
export type { Environment } from "./src/proxy/environment.ts";
export type { ProxyEnvironment, ProxyOption, ProxyOptions } from "./src/proxy/proxy_options.ts";
export type { Tunnel, TunnelHandshake } from "./src/proxy/tunnel.ts";
export { IoThread, type IoThreadOptions } from "./src/thread/io_thread.ts";
export type { Lookup, LookupAnswer, LookupFunction, LookupTable } from "./src/transport/lookup.ts";
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
