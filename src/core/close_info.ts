import type { WebSocketError } from "./errors.ts";

/** Who ended a connection. `none`: nobody did, it was lost. */
export type CloseInitiator = "local" | "remote" | "none";

/**
 * How a connection ended.
 *
 * @example
 * ```ts
 * import { NonBlockingClient } from "@silver9/websocket";
 *
 * const client = await NonBlockingClient.connect("wss://example.com/feed");
 * const close = await client.run({ onActivated: (client) => client.close() });
 * if (!close.wasClean) console.warn(`lost: ${close.code}`, close.error);
 * ```
 */
export interface CloseInfo {
  /**
   * The close code of RFC 6455 section 7.4. Two values never travel on the wire: 1005 for a Close frame
   * without a code, 1006 for a connection that ended without a Close frame (`forceQuit` included).
   */
  readonly code: number;
  /** The reason in the Close frame; empty where there was none. */
  readonly reason: string;
  /** Whether the closing handshake was completed: a Close frame in each direction. */
  readonly wasClean: boolean;
  /** Who began to close. `local` after `forceQuit`, `none` for a connection that was lost. */
  readonly initiator: CloseInitiator;
  /** The reason of a connection that was not closed cleanly, where the system gave one. */
  readonly error?: WebSocketError;
}
