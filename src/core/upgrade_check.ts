import { encodeBase64 } from "./base64.ts";
import { type ExtensionOffer, parseExtensionHeader } from "./extension_header.ts";
import { trimWhitespace } from "./field_syntax.ts";
import { encodeLatin1 } from "./latin1.ts";
import { quote } from "./quote.ts";
import type { ResponseParser } from "./response_parser.ts";
import { sha1 } from "./sha1.ts";

/** What the request said. */
export interface UpgradeRequest {
  /** The value of `Sec-WebSocket-Key`. */
  readonly key: string;
  readonly protocols: readonly string[];
  readonly extensions: readonly ExtensionOffer[];
}

/** What client and server agreed on; empty strings for nothing. */
export interface UpgradeAgreement {
  readonly protocol: string;
  readonly extensions: string;
}

/**
 * Checks a 101 against the request: the client's list of RFC 6455 §4.1, in its order.
 *
 * @throws {WebSocketError} `HandshakeFailed`, with the response.
 */
export function checkUpgrade(response: ResponseParser, request: UpgradeRequest): UpgradeAgreement {
  const { version } = response.statusLine!;
  if (version !== "1.1") throw response.failure(`the server upgrades in HTTP/${version}, not in HTTP/1.1`);
  checkUpgradeHeader(response);
  checkConnectionHeader(response);
  checkAcceptHeader(response, request.key);
  return {
    extensions: checkExtensions(response, request.extensions),
    protocol: checkProtocol(response, request.protocols),
  };
}

/** 2. "… contains a value that is not an ASCII case-insensitive match for the value "websocket"" */
function checkUpgradeHeader(response: ResponseParser): void {
  const value = singleValue(response, "Upgrade");
  if (value === undefined) throw response.failure("the server's answer has no Upgrade header");
  if (value.toLowerCase() !== "websocket") {
    throw response.failure(`the server upgrades to something other than "websocket": ${quote(value)}`);
  }
}

/** 3. "… doesn't contain a token that is an ASCII case-insensitive match for the value "Upgrade"" */
function checkConnectionHeader(response: ResponseParser): void {
  const values = response.values("connection");
  if (values.length === 0) throw response.failure("the server's answer has no Connection header");
  const list = values.join(", ");
  if (!list.split(",").some((token) => trimWhitespace(token).toLowerCase() === "upgrade")) {
    throw response.failure(`the server's Connection header lacks "Upgrade": ${quote(list)}`);
  }
}

/** 4. "… the base64-encoded SHA-1 of the concatenation of the |Sec-WebSocket-Key| … with the string …" */
function checkAcceptHeader(response: ResponseParser, key: string): void {
  const value = singleValue(response, "Sec-WebSocket-Accept");
  if (value === undefined) throw response.failure("the server's answer has no Sec-WebSocket-Accept header");
  const expected = encodeBase64(sha1(encodeLatin1(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
  if (value !== expected) {
    throw response.failure(`the server's Sec-WebSocket-Accept does not fit the key: ${quote(value)}`);
  }
}

/** 5. "… an extension that was not present in the client's handshake" fails. Likewise one accepted twice. */
function checkExtensions(response: ResponseParser, offers: readonly ExtensionOffer[]): string {
  const value = singleValue(response, "Sec-WebSocket-Extensions");
  if (value === undefined) return "";
  const extensions = parseExtensionHeader(value);
  if (extensions === undefined) {
    throw response.failure(`the server's Sec-WebSocket-Extensions is malformed: ${quote(value)}`);
  }
  const accepted = new Set<string>();
  for (const { name, parameters } of extensions) {
    const offer = offers.find((offer) => offer.name === name);
    if (offer === undefined) {
      throw response.failure(`the server chose an extension that was not offered: ${quote(name)}`);
    }
    if (accepted.has(name)) throw response.failure(`the server chose an extension twice: ${quote(name)}`);
    accepted.add(name);
    const objection = offer.accept(parameters);
    if (objection !== undefined) throw response.failure(`extension ${name}: ${objection}: ${quote(value)}`);
  }
  return value;
}

/** 6. "… a subprotocol that was not present in the client's handshake" fails. None chosen is allowed. */
function checkProtocol(response: ResponseParser, offered: readonly string[]): string {
  const value = singleValue(response, "Sec-WebSocket-Protocol");
  if (value === undefined) return "";
  if (!offered.includes(value)) {
    throw response.failure(`the server chose a subprotocol that was not offered: ${quote(value)}`);
  }
  return value;
}

/** §11.3: the headers of the handshake "MUST NOT appear more than once in an HTTP response". */
function singleValue(response: ResponseParser, name: string): string | undefined {
  const values = response.values(name.toLowerCase());
  if (values.length > 1) throw response.failure(`the server's answer has more than one ${name} header`);
  return values[0];
}
