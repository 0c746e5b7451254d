import type { ResponseParser } from "./response_parser.ts";
import { parseWebSocketUrl, type WebSocketUrl } from "./url.ts";

/** RFC 9110 §15.4. The method stays GET in all of them. */
const statuses: readonly number[] = [301, 302, 303, 307, 308];

/** Where a response redirects to, as soon as its header is there; `undefined` when it does not. */
export function locationIn(response: ResponseParser): string | undefined {
  if (!response.headComplete || !statuses.includes(response.statusLine!.status)) return undefined;
  const locations = new Set(response.values("location"));
  return locations.size === 1 ? [...locations][0] : undefined;
}

/**
 * The URL that a `Location` from the server of `from` means. It may be relative to that. A fragment is left out:
 * RFC 6455 §3 has no use for it. What a server behind a Unix socket says of `localhost`, its `Host`, is about itself.
 *
 * @throws {WebSocketError} `InvalidUrl`.
 */
export function resolveLocation(location: string, from: WebSocketUrl): WebSocketUrl {
  const base = `${from.secure ? "wss" : "ws"}://${from.authority}${from.resource}`;
  const text = encodeBytes(location);
  if (!URL.canParse(text, base)) return parseWebSocketUrl(text);
  const resolved = new URL(text, base);
  resolved.hash = "";
  const to = parseWebSocketUrl(resolved);
  if (from.socketPath === undefined || to.socketPath !== undefined) return to;
  if (to.authority !== from.authority || to.secure !== from.secure) return to;
  return parseWebSocketUrl(from.href.slice(0, -from.resource.length) + to.resource);
}

/** RFC 9110 §10.2.2 has URIs in ASCII; servers that do not keep to it send UTF-8, a character here for each byte. */
function encodeBytes(location: string): string {
  return location.replace(/[\x80-\xff]/g, (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase()}`);
}
