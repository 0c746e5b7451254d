import { encodeBase64 } from "./base64.ts";
import { WebSocketError } from "./errors.ts";
import { decodePercent } from "./percent.ts";
import { quote } from "./quote.ts";

/** The parts of a WebSocket URL that connecting and the opening handshake need (RFC 6455 §3). */
export interface WebSocketUrl {
  /** The whole URL, normalised, without user name and password; `http:` has become `ws:`, `https:` `wss:`. */
  readonly href: string;
  /** Whether the connection uses TLS. */
  readonly secure: boolean;
  /** Where to connect to: a name or an IP address, an IPv6 address without brackets. `localhost` for a Unix socket. */
  readonly host: string;
  /** TCP port: the URL's, or 80 (`ws:`) or 443 (`wss:`). */
  readonly port: number;
  /** What the `Host` header says: the host, an IPv6 address in brackets, and a port other than the default. */
  readonly authority: string;
  /** The request target: path and query. Visible ASCII only. */
  readonly resource: string;
  /** What user name and password make of the `Authorization` header (RFC 7617). */
  readonly authorization?: string;
  /** The path of the Unix socket to connect to, in place of host and port. */
  readonly socketPath?: string;
}

/** What a scheme is read as. */
interface Scheme {
  readonly name: "ws" | "wss" | "ws+unix" | "wss+unix";
  readonly secure: boolean;
}

const ws: Scheme = { name: "ws", secure: false };
const wss: Scheme = { name: "wss", secure: true };
const schemes: ReadonlyMap<string, Scheme> = new Map([
  ["ws:", ws],
  ["wss:", wss],
  ["http:", ws],
  ["https:", wss],
  ["ws+unix:", { name: "ws+unix", secure: false }],
  ["wss+unix:", { name: "wss+unix", secure: true }],
]);

/**
 * Reads a `ws:` or `wss:` URL; `http:` and `https:` are read as these. `ws+unix:/path/of/the.sock:/resource` and
 * `wss+unix:` lead to a Unix socket: what stands before the first colon is its absolute path, percent-encoded where
 * need be (a colon is `%3A`), and what follows goes into the request, by default `/`.
 *
 * @throws {WebSocketError} `InvalidUrl`. The message holds neither credentials nor query.
 *
 * @example
 * ```ts
 * import { parseWebSocketUrl } from "@silver9/websocket/core";
 *
 * const { host, port, secure, resource } = parseWebSocketUrl("https://feed.example/v1?since=5");
 * console.log(host, port, secure, resource); // prints: feed.example 443 true /v1?since=5
 * ```
 */
export function parseWebSocketUrl(url: string | URL): WebSocketUrl {
  const text = textOf(url);
  // The URL parser drops tabs and line breaks without a word, and spaces at both ends.
  const forbidden = text.search(/[\0-\x20\x7f]/);
  if (forbidden >= 0) {
    const character = `0x${text.charCodeAt(forbidden).toString(16).padStart(2, "0")}`;
    throw invalid(`white space or control character ${character} at position ${forbidden}`, text);
  }
  const parsed = parse(text);
  const scheme = schemes.get(parsed.protocol);
  if (scheme === undefined) {
    throw invalid("the scheme is not ws, wss, http, https, ws+unix or wss+unix", text);
  }
  // Not `parsed.hash`, which is empty for a lone "#".
  if (parsed.href.includes("#")) throw invalid("a fragment is not allowed", text);
  return scheme.name.endsWith("+unix") ? unixUrl(parsed, scheme, text) : tcpUrl(parsed, scheme, text);
}

function tcpUrl(parsed: URL, { name, secure }: Scheme, text: string): WebSocketUrl {
  if (parsed.port === "0") throw invalid("port 0 cannot be connected to", text);
  const authorization = basicAuthorization(parsed, text);
  const resource = parsed.pathname + parsed.search;
  return {
    // Clients keep it. Put together by `+`, it would keep the pieces, too, in V8.
    href: [name, "://", parsed.host, resource].join(""),
    secure,
    // An IPv6 address is in brackets, and nothing else has any.
    host: parsed.hostname.replaceAll(/[[\]]/g, ""),
    port: parsed.port === "" ? defaultPort(secure) : Number(parsed.port),
    authority: parsed.host,
    resource,
    ...(authorization !== undefined && { authorization }),
  };
}

function unixUrl(parsed: URL, { name, secure }: Scheme, text: string): WebSocketUrl {
  if (parsed.host !== "") throw invalid("a Unix socket has a path and no host: write one slash", text);
  const [, path, rest] = /^([^:]*):?(.*)$/.exec(parsed.pathname)!;
  if (!path.startsWith("/")) throw invalid("the path of the Unix socket is not absolute", text);
  if (rest !== "" && !rest.startsWith("/")) throw invalid("no slash behind the colon", text);
  const bytes = decodePercent(path);
  if (bytes.includes(0)) throw invalid("the path of the Unix socket holds a zero byte", text);
  const resource = (rest || "/") + parsed.search;
  // Two slashes at the beginning would be read as those of an authority: there, an empty one says that they are not.
  const authority = path.startsWith("//") ? "//" : "";
  return {
    href: `${name}:${authority}${path}:${resource}`,
    secure,
    host: "localhost",
    port: defaultPort(secure),
    authority: "localhost",
    resource,
    socketPath: new TextDecoder().decode(bytes),
  };
}

function defaultPort(secure: boolean): number {
  return secure ? 443 : 80;
}

/** RFC 7617 §2, in UTF-8 as §2.1 would have it, whatever the server says. */
function basicAuthorization({ username, password }: URL, text: string): string | undefined {
  if (username === "" && password === "") return undefined;
  const [user, secret] = [decodePercent(username), decodePercent(password)];
  if (user.includes(0x3a)) throw invalid("a colon in the user name", text);
  if ([...user, ...secret].some((byte) => byte < 0x20 || byte === 0x7f)) {
    throw invalid("a control character in user name or password", text);
  }
  return `Basic ${encodeBase64(decodePercent(`${username}:${password}`))}`;
}

/** A program in plain JavaScript may hand over anything, also what cannot become a string. */
function textOf(url: string | URL): string {
  // From a program without types: an environment variable that is not set, for example.
  if (typeof url !== "string" && (typeof url !== "object" || url === null)) {
    throw invalid("it is neither a string nor a URL", String(url));
  }
  try {
    return String(url);
  } catch {
    throw invalid("it is neither a string nor a URL", typeof url);
  }
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
  const [, scheme, rest] = /^((?:wss?:|https?:|wss?\+unix:)?[/\\]*)(.*)$/is.exec(text)!;
  const afterCredentials = rest.lastIndexOf("@") + 1;
  const shown = afterCredentials > 0 ? "***@" + rest.slice(afterCredentials) : rest;
  return scheme + shown.replace(/([?#]).*$/s, "$1…");
}
