/**
 * What a connection tells its user, and what its user tells a connection on another thread.
 *
 * @module
 */
import type { CloseInfo } from "../core/close_info.ts";
import type { WebSocketError } from "../core/errors.ts";

/** The connection is open and being read: the first event, once. */
export interface ActivatedEvent {
  /** Tells the events apart. */
  readonly type: "activated";
}

/** A text message arrived. */
export interface TextEvent {
  /** Tells the events apart. */
  readonly type: "text";
  /** The message. */
  readonly data: string;
}

/** A binary message arrived. */
export interface BinaryEvent {
  /** Tells the events apart. */
  readonly type: "binary";
  /** The message: the receiver's own copy. */
  readonly data: Uint8Array;
}

/** With the option `messageParts`: a part of a text message arrived, cut between two characters. */
export interface TextPartEvent {
  /** Tells the events apart. */
  readonly type: "textPart";
  /** The part. */
  readonly data: string;
  /** Whether the message begins with it. */
  readonly first: boolean;
  /** Whether the message ends with it. */
  readonly final: boolean;
}

/** With the option `messageParts`: a part of a binary message arrived. */
export interface BinaryPartEvent {
  /** Tells the events apart. */
  readonly type: "binaryPart";
  /** The part: the receiver's own copy. */
  readonly data: Uint8Array;
  /** Whether the message begins with it. */
  readonly first: boolean;
  /** Whether the message ends with it. */
  readonly final: boolean;
}

/** A ping arrived; its pong has already been sent. */
export interface PingEvent {
  /** Tells the events apart. */
  readonly type: "ping";
  /** The application data, 0 to 125 bytes: the receiver's own copy. */
  readonly data: Uint8Array;
}

/** A pong arrived, asked for or not. */
export interface PongEvent {
  /** Tells the events apart. */
  readonly type: "pong";
  /** The application data, 0 to 125 bytes: the receiver's own copy. */
  readonly data: Uint8Array;
}

/** The connection ended by Close, by FIN or by RST. Only `quit` follows. */
export interface ClosedEvent {
  /** Tells the events apart. */
  readonly type: "closed";
  /** How it ended. */
  readonly close: CloseInfo;
}

/** This client ended the connection (violation, limit, timeout, abort), or a write failed. Only `quit` follows. */
export interface ErrorEvent {
  /** Tells the events apart. */
  readonly type: "error";
  /** What went wrong. */
  readonly error: WebSocketError;
}

/** The last event, always, once. */
export interface QuitEvent {
  /** Tells the events apart. */
  readonly type: "quit";
}

/**
 * What a connection tells its user, told apart by `type`. The order is: `activated`; messages (or their parts), pings and
 * pongs; `closed` or `error` (neither after `forceQuit`); `quit`.
 *
 * @example
 * ```ts
 * import type { WebSocketEvent } from "@silver9/websocket";
 *
 * function describe(event: WebSocketEvent): string {
 *   switch (event.type) {
 *     case "text":
 *       return `text: ${event.data}`;
 *     case "closed":
 *       return `closed with ${event.close.code}`;
 *     default:
 *       return event.type;
 *   }
 * }
 * ```
 */
export type WebSocketEvent =
  | ActivatedEvent
  | TextEvent
  | BinaryEvent
  | TextPartEvent
  | BinaryPartEvent
  | PingEvent
  | PongEvent
  | ClosedEvent
  | ErrorEvent
  | QuitEvent;

/** Sends a text message. */
export interface SendTextMessage {
  /** Tells the messages apart. */
  readonly type: "sendText";
  /** The text; given as bytes it must be UTF-8. */
  readonly data: string | Uint8Array;
  /** As in {@linkcode SendOptions}. */
  readonly compress?: boolean;
}

/** Sends a binary message. */
export interface SendBinaryMessage {
  /** Tells the messages apart. */
  readonly type: "sendBinary";
  /** The message; copied before the send returns. */
  readonly data: Uint8Array;
  /** As in {@linkcode SendOptions}. */
  readonly compress?: boolean;
}

/** Sends a ping. */
export interface SendPingMessage {
  /** Tells the messages apart. */
  readonly type: "sendPing";
  /** The application data, at most 125 bytes. Default: empty. */
  readonly data?: Uint8Array;
}

/** Sends a pong that answers no ping. */
export interface SendPongMessage {
  /** Tells the messages apart. */
  readonly type: "sendPong";
  /** The application data, at most 125 bytes. Default: empty. */
  readonly data?: Uint8Array;
}

/** Starts the closing handshake. */
export interface CloseMessage {
  /** Tells the messages apart. */
  readonly type: "close";
  /** 1000, or 3000 to 4999. */
  readonly code?: number;
  /** At most 123 bytes of UTF-8. */
  readonly reason?: string;
}

/** Leaves at once: no Close frame, no further event but `quit`. */
export interface ForceQuitMessage {
  /** Tells the messages apart. */
  readonly type: "forceQuit";
}

/** What the user of a connection on another thread asks of it, told apart by `type`. */
export type ControlMessage =
  | SendTextMessage
  | SendBinaryMessage
  | SendPingMessage
  | SendPongMessage
  | CloseMessage
  | ForceQuitMessage;
