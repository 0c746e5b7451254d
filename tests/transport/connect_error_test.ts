import { assertEquals, assertStrictEquals } from "@std/assert";
import { test } from "node:test";
import { connectionFailed, lookupFailed, tlsFailed } from "../../src/transport/connect_error.ts";

const to = { host: "example.com", port: 443 };

function failure(code: string | undefined, message: string, name = "Error"): Error {
  return Object.assign(new Error(message), { name }, code === undefined ? {} : { code });
}

function tlsReason(cause: Error): string {
  return tlsFailed(to, cause).message.replace("TLS handshake with example.com:443 failed: ", "");
}

test("failures carry their code and cause, and name host and port", () => {
  const cause = failure("ECONNREFUSED", "connect ECONNREFUSED");
  const refused = connectionFailed({ host: "::1", port: 8080 }, cause);
  assertEquals([refused.code, refused.message], [
    "ConnectionFailed",
    "Cannot connect to [::1]:8080: connection refused",
  ]);
  assertStrictEquals(refused.cause, cause);
  const unknown = lookupFailed("example.com", failure("ENOTFOUND", "getaddrinfo ENOTFOUND example.com"));
  assertEquals([unknown.code, unknown.message], [
    "ConnectionFailed",
    "Cannot look up example.com: no such name",
  ]);
  const expired = tlsFailed(to, failure("CERT_HAS_EXPIRED", "certificate has expired"));
  assertEquals([expired.code, expired.message], [
    "TlsFailed",
    "TLS handshake with example.com:443 failed: the certificate has expired",
  ]);
});

test("what no rule knows is told in the runtime's words", () => {
  assertEquals(
    connectionFailed(to, failure("EWHAT", "something new")).message,
    "Cannot connect to example.com:443: something new",
  );
  assertEquals(tlsReason(failure(undefined, "something new")), "something new");
  assertEquals(connectionFailed(to, "text").message, "Cannot connect to example.com:443: text");
  assertEquals(connectionFailed(to, undefined).message, "Cannot connect to example.com:443: undefined");
});

test("Deno's errors without a code", () => {
  const permission = failure(undefined, 'Requires net access to "x:1"', "NotCapable");
  assertEquals(
    connectionFailed(to, permission).message,
    "Cannot connect to example.com:443: permission denied",
  );
  const name = failure(undefined, "failed to lookup address information: Name or service not known");
  assertEquals(connectionFailed(to, name).message, "Cannot connect to example.com:443: no such name");
});

/** What the runtimes say, as they said it, and what becomes of it. */
const handshakes: [code: string | undefined, message: string, reason: string][] = [
  ["CERT_HAS_EXPIRED", "certificate has expired", "the certificate has expired"],
  [undefined, "invalid peer certificate: Expired", "the certificate has expired"],
  [
    undefined,
    "invalid peer certificate: certificate expired: verification time 1 (UNIX), but certificate is not valid after 0",
    "the certificate has expired",
  ],
  ["CERT_NOT_YET_VALID", "certificate is not yet valid", "the certificate is not valid yet"],
  [
    "ERR_TLS_CERT_ALTNAME_INVALID",
    "Hostname/IP does not match certificate's altnames: Host: example.com. is not in the cert's altnames: DNS:x",
    "the certificate is for another host",
  ],
  [
    undefined,
    'invalid peer certificate: certificate not valid for name "example.org"; certificate is only valid for DnsName("x")',
    "the certificate is for another host",
  ],
  [
    "DEPTH_ZERO_SELF_SIGNED_CERT",
    "self-signed certificate",
    "the certificate is self-signed or its issuer is unknown",
  ],
  [
    "SELF_SIGNED_CERT_IN_CHAIN",
    "self signed certificate in certificate chain",
    "the certificate is self-signed or its issuer is unknown",
  ],
  [
    undefined,
    "invalid peer certificate: UnknownIssuer",
    "the certificate is self-signed or its issuer is unknown",
  ],
  [undefined, "invalid peer certificate: BadSignature", "the certificate is not valid"],
  [
    "ERR_SSL_WRONG_VERSION_NUMBER",
    "error:0A00010B:SSL routines::wrong version number",
    "the peer does not speak TLS",
  ],
  [
    "EPROTO",
    "error:100000f7:SSL routines:OPENSSL_internal:WRONG_VERSION_NUMBER",
    "the peer does not speak TLS",
  ],
  [undefined, "received corrupt message of type InvalidContentType", "the peer does not speak TLS"],
  [
    "ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION",
    "error:0A00042E:SSL routines::tlsv1 alert protocol version",
    "no TLS version in common",
  ],
  [
    "EPROTO",
    "error:10000460:SSL routines:OPENSSL_internal:TLSV1_ALERT_NO_APPLICATION_PROTOCOL",
    "no ALPN protocol in common",
  ],
  [undefined, "received fatal alert: NoApplicationProtocol", "no ALPN protocol in common"],
  [
    "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED",
    "error:0A00045C:SSL routines::tlsv13 alert certificate required",
    "the peer asks for a client certificate",
  ],
  [undefined, "received fatal alert: CertificateRequired", "the peer asks for a client certificate"],
  [
    "ERR_SSL_TLSV1_ALERT_UNKNOWN_CA",
    "error:0A000418:SSL routines::tlsv1 alert unknown ca",
    "the peer refused the client certificate",
  ],
  [
    "ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED",
    "error:0A000415:SSL routines::sslv3 alert certificate expired",
    "the peer refused the client certificate",
  ],
  [undefined, "received fatal alert: BadCertificate", "the peer refused the client certificate"],
  [
    "ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE",
    "error:0A000410:SSL routines::sslv3 alert handshake failure",
    "the peer refused the handshake",
  ],
  [
    "ECONNRESET",
    "Client network socket disconnected before secure TLS connection was established",
    "the peer closed the connection",
  ],
  [undefined, "tls handshake eof", "the peer closed the connection"],
];

for (const [code, message, reason] of handshakes) {
  test(`TLS: "${code ?? message}" reads: ${reason}`, () => {
    assertEquals(tlsReason(failure(code, message)), reason);
  });
}
