import { WebSocketError } from "../core/errors.ts";

/**
 * Throws `InvalidConfiguration` for `new Client(url)` from a program without types: it is how the platform's
 * `WebSocket` is made, and no client has opened anything by then.
 */
export function refuseNew(opened: unknown): void {
  if (typeof opened === "object" && opened !== null && !(opened instanceof URL)) return;
  const message = "a client is made by its connect(url, options), not by new";
  throw new WebSocketError("InvalidConfiguration", message);
}
