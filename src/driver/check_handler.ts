import { WebSocketError } from "../core/errors.ts";
import type { Handler } from "./handler.ts";

const CALLBACKS: Readonly<Record<keyof Handler<never>, true>> = {
  onActivated: true,
  onPoll: true,
  onIdle: true,
  onTextMessage: true,
  onBinaryMessage: true,
  onMessagePart: true,
  onPing: true,
  onPong: true,
  onDrain: true,
  onConnectionClosed: true,
  onError: true,
  onQuit: true,
};
const names = Object.keys(CALLBACKS);

/** Throws `InvalidConfiguration` for what is no handler, or waits for messages in a way in which they do not come. */
export function checkHandler<Client>(handler: Handler<Client>, messageParts: boolean): void {
  // From a program without types.
  if (typeof handler !== "object" || handler === null) {
    throw refused(
      `got ${handler === null ? "null" : typeof handler}, allowed: an object with the handler's methods`,
    );
  }
  checkCallbacks(handler as Record<string, unknown>);
  const wantsParts = handler.onMessagePart !== undefined;
  const wantsWhole = handler.onTextMessage !== undefined || handler.onBinaryMessage !== undefined;
  if (messageParts && wantsWhole && !wantsParts) {
    throw refused("messages come to onMessagePart with the option messageParts, and the handler has none");
  }
  if (!messageParts && wantsParts && !wantsWhole) {
    throw refused("the handler's onMessagePart needs the option messageParts: true");
  }
}

/**
 * A handler may have methods of its own, also such as begin with "on". But one that differs from a callback in case
 * alone is a slip, and so is `onMessage`, for instance, in a handler that no message would come to.
 */
function checkCallbacks(handler: Record<string, unknown>): void {
  for (const name of names) {
    const callback = handler[name];
    if (callback === undefined || typeof callback === "function") continue;
    throw refused(`${name} is ${callback === null ? "null" : typeof callback}, allowed: a function`);
  }
  const hearsMessages = ["onTextMessage", "onBinaryMessage", "onMessagePart"].some((name) => name in handler);
  for (const name of Object.keys(handler)) {
    if (Object.hasOwn(CALLBACKS, name) || typeof handler[name] !== "function") continue;
    const wrongCase = names.some((known) => known.toLowerCase() === name.toLowerCase());
    const inVain = !hearsMessages && /^on([A-Z]|message$)/.test(name);
    if (!wrongCase && !inVain) continue;
    throw refused(`${name} is not a callback of a handler, allowed: ${names.join(", ")}`);
  }
}

function refused(why: string): WebSocketError {
  return new WebSocketError("InvalidConfiguration", `run: ${why}`);
}
