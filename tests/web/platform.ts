/**
 * Cases for a `WebSocket` class that run twice: with this module's, and with the runtime's own where that passes. The
 * cases follow what the web platform tests ask of the interface. With the variable `PLATFORM_DIFFERENCES` set, what is
 * listed as a difference runs too, to see whether it still is one.
 */
import process from "node:process";
import { it } from "node:test";
import { WebSocket } from "@silver9/websocket/web";
import { runtime } from "../client/setup.ts";

/** Either class, by the platform's type. */
export type WebSocketClass = typeof globalThis.WebSocket;

// It has this type but for `onerror`, whose event we know to be an ErrorEvent.
const ours = WebSocket as WebSocketClass;
const platforms = globalThis.WebSocket;

/** What the runtimes' own classes do otherwise: not run with these. */
export type Differences = Partial<Record<typeof runtime, string>>;

/** Defines a case. `differences` makes the table of what the platforms do otherwise. */
export function both(
  title: string,
  body: (WebSocket: WebSocketClass) => void | Promise<void>,
  differences: Differences = {},
): void {
  it(title, () => body(ours));
  const difference = differences[runtime];
  const runs = difference === undefined || process.env.PLATFORM_DIFFERENCES !== undefined;
  const skip = runs ? false : `${runtime}: ${difference}`;
  it(`${title}: the platform's own`, { skip }, () => body(platforms));
}

/** The next event of a type. */
export function next(target: EventTarget, type: "open" | "message" | "error" | "close"): Promise<Event>;
export function next(target: EventTarget, type: string): Promise<Event> {
  return new Promise((resolve) => target.addEventListener(type, resolve as EventListener, { once: true }));
}
