import { type HandshakeResponse, WebSocketError } from "../core/errors.ts";

/** From where to where, as it stands in messages: a host and a port each, and no credentials. */
export interface Route {
  readonly proxy: string;
  readonly target: string;
}

/** The error of a proxy that does not connect to the target. */
export function proxyFailed(route: Route, what: string, response?: HandshakeResponse): WebSocketError {
  return new WebSocketError("ConnectionFailed", `${failing(route)}: ${what}`, { response });
}

/** How messages begin. */
export function failing({ proxy, target }: Route): string {
  return `Cannot connect to ${target} through the proxy ${proxy}`;
}
