import type { CloseInfo, Handler, NonBlockingClient, Payload, WebSocketError } from "../../mod.ts";
import { toHex } from "../support/frames.ts";

/** The callbacks of a handler. */
export const callbackNames = [
  "onActivated",
  "onPoll",
  "onIdle",
  "onTextMessage",
  "onBinaryMessage",
  "onPing",
  "onPong",
  "onDrain",
  "onConnectionClosed",
  "onError",
  "onQuit",
] as const;
export type CallbackName = (typeof callbackNames)[number];

type Argument = Payload & CloseInfo & WebSocketError;
type Callback = (client: NonBlockingClient, argument: Argument) => void;

/** How the callbacks look in a record. */
const lines: Record<CallbackName, (argument: Argument) => string> = {
  onActivated: () => "activated",
  onPoll: () => "poll",
  onIdle: () => "idle",
  onTextMessage: ({ text }) => `text ${text}`,
  onBinaryMessage: ({ bytes }) => `binary ${toHex(bytes)}`,
  onPing: ({ text }) => `ping ${text}`,
  onPong: ({ text }) => `pong ${text}`,
  onDrain: () => "drain",
  onConnectionClosed: (close) => `closed ${describeClose(close)}`,
  onError: ({ code, phase }) => phase === undefined ? `error ${code}` : `error ${code} ${phase}`,
  onQuit: () => "quit",
};

/** `1000 clean local bye`: what a {@linkcode CloseInfo} says, in one line. */
export function describeClose({ code, wasClean, initiator, reason }: CloseInfo): string {
  return `${code} ${wasClean ? "clean" : "not clean"} ${initiator} ${reason}`.trimEnd();
}

/** A handler that writes down every callback. */
export interface Recorder {
  readonly events: string[];
  /** Without `poll` and `idle`, whose number depends on how bytes happen to arrive. */
  readonly messages: readonly string[];
  readonly handler: Handler<NonBlockingClient>;
}

/** What a {@linkcode recorder} does besides; callbacks set to `undefined` are left out of its handler. */
export type Actions = { readonly [Name in CallbackName]?: Callback | undefined };

/** Makes a handler that writes down every callback, then does what `actions` says. */
export function recorder(actions: Actions = {}): Recorder {
  const events: string[] = [];
  const handler: Partial<Record<CallbackName, Callback>> = {};
  for (const name of callbackNames) {
    if (name in actions && actions[name] === undefined) continue;
    handler[name] = (client, argument) => {
      events.push(lines[name](argument));
      actions[name]?.(client, argument);
    };
  }
  return {
    events,
    handler: handler as Handler<NonBlockingClient>,
    get messages() {
      return events.filter((event) => event !== "poll" && event !== "idle");
    },
  };
}
