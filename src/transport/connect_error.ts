/**
 * Words for what goes wrong while a byte stream opens: the same on every runtime, whatever its own error
 * said. That error is the `cause`.
 *
 * @module
 */
import { WebSocketError } from "../core/errors.ts";

/** Where an attempt went. */
export interface Destination {
  readonly host: string;
  readonly port: number;
  /** Of a Unix socket, in place of both. */
  readonly socketPath?: string;
}

const reasonByCode: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EADDRNOTAVAIL: "address not available",
  EAGAIN: "too many wait to be accepted",
  EAI_AGAIN: "the name server did not answer",
  EAI_FAIL: "the name server failed",
  EAI_NODATA: "the name has no address",
  EAI_NONAME: "no such name",
  ECONNABORTED: "connection aborted",
  ECONNREFUSED: "connection refused",
  ECONNRESET: "connection reset by peer",
  EHOSTUNREACH: "host unreachable",
  EMFILE: "too many open files",
  ENETUNREACH: "network unreachable",
  ENFILE: "too many open files in the system",
  ENODATA: "the name has no address",
  ENOENT: "no such file",
  ENOTFOUND: "no such name",
  EPERM: "permission denied",
  EPIPE: "connection closed by peer",
  ETIMEDOUT: "timed out",
};

const peerClosed = "the peer closed the connection";
const untrusted = "the certificate is self-signed or its issuer is unknown";

/**
 * What TLS failed at, the first match wins. The left side holds the codes of OpenSSL and BoringSSL, as Node
 * and Bun pass them on, and the words of rustls, which Deno passes on. A self-signed certificate and an
 * unknown issuer share a line because rustls does not tell them apart.
 */
const tlsReasons: readonly (readonly [pattern: RegExp, reason: string])[] = [
  [
    /CERT_HAS_EXPIRED|peer certificate: (certificate expired|Expired)/,
    "the certificate has expired",
  ],
  [
    /CERT_NOT_YET_VALID|peer certificate: (certificate not valid yet|NotValidYet)/,
    "the certificate is not valid yet",
  ],
  [
    /ERR_TLS_CERT_ALTNAME_INVALID|peer certificate: (certificate not valid for name|NotValidForName)/,
    "the certificate is for another host",
  ],
  [/CERT_REVOKED|Revoked/, "the certificate has been revoked"],
  // What `node:tls` in Deno says of an expired certificate, too.
  [
    /UNABLE_TO_VERIFY_LEAF/,
    "Deno" in globalThis ? "the certificate has expired, or its issuer is unknown" : untrusted,
  ],
  [/SELF_SIGNED_CERT|UNABLE_TO_GET_ISSUER|CERT_UNTRUSTED|UnknownIssuer|CaUsedAsEndEntity/, untrusted],
  [/CERT_|peer certificate/, "the certificate is not valid"],
  [
    /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|InvalidContentType|InvalidMessage/,
    "the peer does not speak TLS",
  ],
  [/ALERT_PROTOCOL_VERSION|ProtocolVersion|UNSUPPORTED_PROTOCOL/, "no TLS version in common"],
  [/NO_APPLICATION_PROTOCOL|NoApplicationProtocol/, "no ALPN protocol in common"],
  [/CERTIFICATE_REQUIRED|CertificateRequired/, "the peer asks for a client certificate"],
  [
    /ALERT_(UNKNOWN_CA|(BAD|UNSUPPORTED)_CERTIFICATE|CERTIFICATE_[A-Z]+)|alert: (UnknownCA|(Bad|Unsupported)Certificate|Certificate[A-Z])/,
    "the peer refused the client certificate",
  ],
  [/ALERT_HANDSHAKE_FAILURE|HandshakeFailure/, "the peer refused the handshake"],
  [
    /ECONNRESET|ConnectionReset|EPIPE|UnexpectedEof|handshake eof|end of file|disconnected/,
    peerClosed,
  ],
];

/** The host and port as they stand in a URL, or the path of the Unix socket. */
export function authority({ host, port, socketPath }: Destination): string {
  if (socketPath !== undefined) return socketPath;
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** No address for the host. */
export function lookupFailed(host: string, cause: unknown): WebSocketError {
  return new WebSocketError("ConnectionFailed", `Cannot look up ${host}: ${reason(cause)}`, { cause });
}

/** No TCP connection: `cause` is the runtime's error, or an `AggregateError` of one for each address. */
export function connectionFailed(to: Destination, cause: unknown): WebSocketError {
  const causes: readonly unknown[] = cause instanceof AggregateError ? cause.errors : [cause];
  const reasons = [...new Set(causes.map(reason))].join(", ");
  return new WebSocketError("ConnectionFailed", `Cannot connect to ${authority(to)}: ${reasons}`, { cause });
}

/** No TLS on an open TCP connection. */
export function tlsFailed(to: Destination, cause: unknown): WebSocketError {
  const why = tlsReason(cause) ?? reason(cause);
  return new WebSocketError("TlsFailed", `TLS handshake with ${authority(to)} failed: ${why}`, { cause });
}

/** Whether TLS failed because the peer went away in the middle, which says nothing of either side's identity. */
export function isTlsInterrupted({ cause }: WebSocketError): boolean {
  return tlsReason(cause) === peerClosed;
}

function tlsReason(cause: unknown): string | undefined {
  const text = `${property(cause, "code")} ${property(cause, "name")} ${property(cause, "message")}`;
  return tlsReasons.find(([pattern]) => pattern.test(text))?.[1];
}

function reason(error: unknown): string {
  const known = reasonByCode[property(error, "code")];
  if (known !== undefined) return known;
  // Deno, of a local address that is none of this machine's.
  if (property(error, "message").startsWith("bind EINVAL")) return reasonByCode.EADDRNOTAVAIL;
  // Deno gives no code to a permission it does not have, nor to a name it cannot find.
  if (property(error, "name") === "NotCapable") return "permission denied";
  const message = property(error, "message");
  if (message.startsWith("failed to lookup address information")) return "no such name";
  return message || "unknown reason";
}

function property(error: unknown, key: "code" | "message" | "name"): string {
  if (typeof error !== "object" || error === null) return key === "message" ? String(error) : "";
  const value: unknown = Reflect.get(error, key);
  return typeof value === "string" ? value : "";
}
