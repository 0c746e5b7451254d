import { type HandshakeResponse, WebSocketError } from "../core/errors.ts";

/** From where to where, as it stands in messages: a host and a port each, and no credentials. */
export interface Route {
  readonly proxy: string;
  readonly target: string;
}

/** The error of a proxy that does not connect to the target. */
export function proxyFailed(
  route: Route,
  what: string,
  more: { readonly response?: HandshakeResponse; readonly cause?: unknown } = {},
): WebSocketError {
  return new WebSocketError("ConnectionFailed", `${failing(route)}: ${what}`, more);
}

/** What is wrong with a proxy that has gone; `started` says whether it had said anything. */
export function proxyGone(
  route: Route,
  started: boolean,
  more: { readonly response?: HandshakeResponse; readonly cause?: unknown },
): WebSocketError {
  const when = started ? "in the middle of its answer" : "without an answer";
  return proxyFailed(route, `the proxy closed the connection ${when}`, more);
}

/** How messages begin. */
export function failing({ proxy, target }: Route): string {
  return `Cannot connect to ${target} through the proxy ${proxy}`;
}
