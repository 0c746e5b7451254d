import { WebSocketError } from "./errors.ts";
import { quote } from "./quote.ts";
import { isToken, trimWhitespace } from "./field_syntax.ts";

/** A header field. Where it came from the user, name and value are safe to put into a request. */
export type HeaderField = readonly [name: string, value: string];

/** Headers that belong to the handshake or to the framing of messages, and why the user cannot set them. */
const reserved: ReadonlyMap<string, string> = new Map([
  ["connection", "the handshake sets it"],
  ["upgrade", "the handshake sets it"],
  ["sec-websocket-protocol", "use the `protocols` option"],
  ["sec-websocket-extensions", "use the `perMessageDeflate` option"],
  ["content-length", "the handshake has no body"],
  ["transfer-encoding", "the handshake has no body"],
  ["trailer", "the handshake has no body"],
  ["expect", "the handshake has no body"],
  ["te", "it holds for one hop and needs `Connection: TE`"],
  ["keep-alive", "the connection becomes a WebSocket"],
  ["proxy-connection", "the connection becomes a WebSocket"],
  ["http2-settings", "the connection becomes a WebSocket"],
]);

// RFC 9110 §5.5: visible characters, space and tab; 0x80 to 0xff is obs-text.
const fieldValue = /^[\t\x20-\x7e\x80-\xff]*$/;

// RFC 9110 §7.2: uri-host [ ":" port ]
const hostValue = /^(?:\[[0-9A-Fa-f:.]+\]|[0-9A-Za-z\-._~%!$&'()*+,;=]+)(?::[0-9]{1,5})?$/;

/**
 * Checks the `headers` option. Order is kept, and so is the case of names (a `Headers` object has neither).
 * `Host` may be among them, once: it takes the place of the URL's.
 *
 * @throws {WebSocketError} `InvalidConfiguration`; the message names the header and never holds its value.
 */
export function checkHeaders(headers: HeadersInit | undefined): readonly HeaderField[] {
  if (headers === undefined) return [];
  const fields = Array.from(entriesOf(headers), checkEntry);
  if (fields.filter(isHost).length > 1) throw invalid(quote("host"), "it is given more than once");
  return fields;
}

/** Whether this is the `Host` header. */
export function isHost(field: HeaderField): boolean {
  return field[0].toLowerCase() === "host";
}

function entriesOf(headers: HeadersInit): Iterable<unknown> {
  if (typeof headers !== "object" || headers === null) {
    throw invalid("", "not a `Headers` object, a record or a list of pairs");
  }
  if (!(Symbol.iterator in headers)) return Object.entries(headers);
  if (typeof headers[Symbol.iterator] === "function") return headers;
  throw invalid("", "an object that looks iterable and is not");
}

function checkEntry(entry: unknown): HeaderField {
  if (!Array.isArray(entry) || entry.length !== 2) {
    throw invalid("", "an entry is not a pair of name and value");
  }
  const [name, value] = entry as readonly unknown[];
  if (typeof name !== "string" || !isToken(name)) {
    throw invalid(quote(name), "the name is not a token of RFC 9110");
  }
  const reason = reservedBecause(name.toLowerCase());
  if (reason !== undefined) throw invalid(quote(name), `it cannot be set, ${reason}`);
  if (typeof value !== "string") throw invalid(quote(name), `the value is not a string but ${typeof value}`);
  if (!fieldValue.test(value)) {
    throw invalid(quote(name), "the value holds a line break, a control character or one beyond U+00FF");
  }
  const trimmed = trimWhitespace(value);
  if (name.toLowerCase() === "host" && !hostValue.test(trimmed)) {
    throw invalid(quote(name), "the value is not a host with an optional port");
  }
  return [name, trimmed];
}

function reservedBecause(name: string): string | undefined {
  return reserved.get(name) ?? (name.startsWith("sec-websocket-") ? "the handshake sets it" : undefined);
}

function invalid(name: string, what: string): WebSocketError {
  const subject = name === "" ? "Invalid `headers`" : `Invalid header ${name}`;
  return new WebSocketError("InvalidConfiguration", `${subject}: ${what}`);
}
