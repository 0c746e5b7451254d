/**
 * The protocol without I/O: bytes in, events and bytes out. RFC 6455 for clients, on its own; no timers, no sockets,
 * nothing of any runtime.
 *
 * {@linkcode OpeningHandshake} makes the request and checks the answer; {@linkcode Protocol} carries on from there.
 *
 * @example
 * ```ts
 * import { MaskKeys, Protocol, ProtocolEvent } from "@silver9/websocket/core";
 *
 * const maskKeys = new MaskKeys((bytes) => crypto.getRandomValues(bytes));
 * const protocol = new Protocol({
 *   maskKeys,
 *   maxFrameSize: 1 << 20,
 *   maxMessageSize: 1 << 20,
 *   maxBufferedAmount: 1 << 20,
 * });
 * protocol.receive(new Uint8Array([0x81, 2, 0x68, 0x69])); // a text frame: "hi"
 * if (protocol.next() === ProtocolEvent.Text) console.log(protocol.payload.text);
 * protocol.sendText("hello");
 * console.log(protocol.output.length); // bytes to write to the socket
 * ```
 *
 * @module
 */
export type { PooledBuffer } from "./buffer_pool.ts";
export { CloseCode, isCloseCodeForUsers, isCloseCodeOnTheWire } from "./close_code.ts";
export type { CloseInfo, CloseInitiator } from "./close_info.ts";
export type { DecoderLimits } from "./decoder.ts";
export { PerMessageDeflate, type PerMessageDeflateParts } from "./deflate.ts";
export type { DeflateCodec, DeflaterOptions, DeflateStream, InflaterOptions } from "./deflate_codec.ts";
export { type DeflateAgreement, DeflateOffer, type DeflateParameters } from "./deflate_offer.ts";
export {
  type HandshakeResponse,
  type TimeoutPhase,
  WebSocketError,
  type WebSocketErrorCode,
  type WebSocketErrorOptions,
} from "./errors.ts";
export type { ExtensionOffer, ExtensionParameter } from "./extension_header.ts";
export { type HandshakeOptions, OpeningHandshake } from "./handshake.ts";
export { MaskKeys, type RandomSource } from "./mask.ts";
export type { MessageDecoderOptions, MessageLimits } from "./message_decoder.ts";
export type { MessagePart } from "./message_part.ts";
export { Opcode } from "./opcode.ts";
export { OutputBuffer } from "./output_buffer.ts";
export type { AsciiDecoder, Payload } from "./payload.ts";
export { prepareBinary, PreparedMessage, prepareText } from "./prepared_message.ts";
export { Protocol, ProtocolEvent, type ProtocolOptions } from "./protocol.ts";
export type { ResponseLimits } from "./response_parser.ts";
export type { ConnectionState, Transition } from "./state.ts";
export { parseWebSocketUrl, type WebSocketUrl } from "./url.ts";
export type { Utf8Checks } from "./utf8.ts";
