import type { ReceiverHandle } from "../channel/handle.ts";
import { Sender } from "../channel/sender.ts";
import type { WebSocketEvent } from "../client/events.ts";
import type { WebSocketError } from "../core/errors.ts";

/** Tells whoever receives the events of a thread that has died, if there is room and no lock in the way. */
export function endEvents(handle: ReceiverHandle<WebSocketEvent>, error: WebSocketError): void {
  const events = Sender.from<WebSocketEvent>({ ...handle, end: "sender" });
  events.trySend({ type: "error", error });
  events.trySend({ type: "quit" });
  events.closeChannel();
  events.release();
}
