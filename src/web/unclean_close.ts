import type { CloseInfo } from "../core/close_info.ts";
import { WebSocketError } from "../core/errors.ts";

/** What is thrown, or told by an `error` event, of a connection that did not end cleanly. */
export function uncleanClose({ code, reason, error }: CloseInfo): WebSocketError {
  if (error !== undefined) return error;
  const message = "the connection ended without a closing handshake";
  return new WebSocketError("ConnectionClosed", message, { closeCode: code, reason });
}
