import { WebSocketError } from "./errors.ts";
import { quote } from "./quote.ts";

/** The parts of a WebSocket URL that connecting and the opening handshake need (RFC 6455 §3). */
export interface WebSocketUrl {
  /** The whole URL, normalised, with the scheme `ws:` or `wss:`. */
  readonly href: string;
  /** Whether the connection uses TLS. */
  readonly secure: boolean;
  /** Where to connect to: a name or an IP address, an IPv6 address without brackets. */
  readonly host: string;
  /** TCP port: the URL's, or 80 (`ws:`) or 443 (`wss:`). */
  readonly port: number;
  /** What the `Host` header says: the host, an IPv6 address in brackets, and a port other than the default. */
  readonly authority: string;
  /** The request target: path and query. Visible ASCII only. */
  readonly resource: string;
}

const schemes: ReadonlyMap<string, { readonly secure: boolean; readonly port: number }> = new Map([
  ["ws:", { secure: false, port: 80 }],
  ["wss:", { secure: true, port: 443 }],
  ["http:", { secure: false, port: 80 }],
  ["https:", { secure: true, port: 443 }],
]);

/**
 * Reads a `ws:` or `wss:` URL; `http:` and `https:` are read as these.
 *
 * @throws {WebSocketError} `InvalidUrl`. The message holds neither credentials nor query.
 */
export function parseWebSocketUrl(url: string | URL): WebSocketUrl {
  const text = String(url);
  // The URL parser drops tabs and line breaks without a word, and spaces at both ends.
  const forbidden = text.search(/[\0-\x20\x7f]/);
  if (forbidden >= 0) {
    const character = `0x${text.charCodeAt(forbidden).toString(16).padStart(2, "0")}`;
    throw invalid(`white space or control character ${character} at position ${forbidden}`, text);
  }
  const parsed = parse(text);
  const scheme = schemes.get(parsed.protocol);
  if (scheme === undefined) throw invalid("the scheme is not ws, wss, http or https", text);
  // Not `parsed.hash`, which is empty for a lone "#".
  if (parsed.href.includes("#")) throw invalid("a fragment is not allowed", text);
  if (parsed.username !== "" || parsed.password !== "") {
    throw invalid("user name and password are not allowed, use the `authorization` header", text);
  }
  if (parsed.port === "0") throw invalid("port 0 cannot be connected to", text);
  return {
    href: (scheme.secure ? "wss:" : "ws:") + parsed.href.slice(parsed.protocol.length),
    secure: scheme.secure,
    host: parsed.hostname.replace(/^\[(.*)\]$/, "$1"),
    port: parsed.port === "" ? scheme.port : Number(parsed.port),
    authority: parsed.host,
    resource: parsed.pathname + parsed.search,
  };
}

function parse(text: string): URL {
  try {
    return new URL(text);
  } catch {
    // The runtime's error repeats the URL, credentials included: it is no `cause` to hand on.
    throw invalid("it does not parse as an absolute URL", text);
  }
}

function invalid(what: string, text: string): WebSocketError {
  return new WebSocketError("InvalidUrl", `Invalid WebSocket URL: ${what}: ${quote(withoutSecrets(text))}`);
}

/** Also for text that no parser accepts: everything up to the last "@" may be a password. */
function withoutSecrets(text: string): string {
  const [, scheme, rest] = /^((?:wss?:|https?:)?[/\\]*)(.*)$/is.exec(text)!;
  const afterCredentials = rest.lastIndexOf("@") + 1;
  const shown = afterCredentials > 0 ? "***@" + rest.slice(afterCredentials) : rest;
  return scheme + shown.replace(/([?#]).*$/s, "$1…");
}
