import { WebSocketError } from "../core/errors.ts";
import type { Handler } from "./handler.ts";

/** Throws `InvalidConfiguration` for what is no handler, or waits for messages in a way in which they do not come. */
export function checkHandler<Client>(handler: Handler<Client>, messageParts: boolean): void {
  // From a program without types.
  if (typeof handler !== "object" || handler === null) {
    throw refused(
      `got ${handler === null ? "null" : typeof handler}, allowed: an object with the handler's methods`,
    );
  }
  const wantsParts = handler.onMessagePart !== undefined;
  const wantsWhole = handler.onTextMessage !== undefined || handler.onBinaryMessage !== undefined;
  if (messageParts && wantsWhole && !wantsParts) {
    throw refused("messages come to onMessagePart with the option messageParts, and the handler has none");
  }
  if (!messageParts && wantsParts && !wantsWhole) {
    throw refused("the handler's onMessagePart needs the option messageParts: true");
  }
}

function refused(why: string): WebSocketError {
  return new WebSocketError("InvalidConfiguration", `run: ${why}`);
}
