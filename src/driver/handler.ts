import type { CloseInfo } from "../core/close_info.ts";
import type { WebSocketError } from "../core/errors.ts";
import type { MessagePart } from "../core/message_part.ts";
import type { Payload } from "../core/payload.ts";

/**
 * What a program does with a connection: callbacks, every one optional, all on the thread that runs the client.
 *
 * Order: `onActivated` once; then, per turn of the loop, `onPoll`, message callbacks, and `onIdle` when none came;
 * then exactly one of `onConnectionClosed` and `onError` (neither after `forceQuit`); and `onQuit` last, once.
 *
 * A callback that throws ends the client: the socket is dropped, `onQuit` runs, and `run` fails with what was
 * thrown. Any method of the client may be called in any callback.
 *
 * @example
 * ```ts
 * import { type Handler, NonBlockingClient } from "@silver9/websocket";
 *
 * const handler: Handler<NonBlockingClient> = {
 *   onActivated: (client) => client.sendText("hello"),
 *   onTextMessage: (client, message) => {
 *     console.log(message.text);
 *     client.close();
 *   },
 *   onConnectionClosed: (_client, close) => console.log(close.code, close.reason),
 * };
 * ```
 */
export interface Handler<Client> {
  /** The client runs; nothing has been read yet. */
  onActivated?(client: Client): void;
  /** A turn of the loop begins: the socket has something, or (with `spinWaitDuration`) it is asked again. */
  onPoll?(client: Client): void;
  /** The turn brought no message and no control frame. */
  onIdle?(client: Client): void;
  /** A text message came. `message` is valid until this returns. */
  onTextMessage?(client: Client, message: Payload): void;
  /** A binary message came. `message` is valid until this returns. */
  onBinaryMessage?(client: Client, message: Payload): void;
  /**
   * With the option `messageParts`, and in place of the two above: a part of a message came. `part` is valid until this
   * returns. Of a message that is cut off by the connection's end, no part is `final`.
   */
  onMessagePart?(client: Client, part: MessagePart): void;
  /** A ping came; the pong has already been sent. */
  onPing?(client: Client, payload: Payload): void;
  /** A pong came, asked for or not. */
  onPong?(client: Client, payload: Payload): void;
  /** After a send answered `false`, while open: the backlog is at or below the high-water mark again. */
  onDrain?(client: Client): void;
  /** The connection ended by a Close frame, by the end of the stream, or by a reset. */
  onConnectionClosed?(client: Client, close: CloseInfo): void;
  /**
   * This client ended the connection (violation, limit, timeout, abort), or a write failed. Without this callback
   * `run` fails with the error.
   */
  onError?(client: Client, error: WebSocketError): void;
  /** The last callback, always, once. */
  onQuit?(client: Client): void;
}
