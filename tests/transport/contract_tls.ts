import { assert, assertEquals, assertRejects } from "@std/assert";
import type { TlsOptions as ServerTlsOptions, TLSSocket } from "node:tls";
import { test } from "node:test";
import { WebSocketError } from "../../src/core/errors.ts";
import { detectRuntime } from "../../src/transport/detect.ts";
import type { TlsOptions, Transport } from "../../src/transport/transport.ts";
import { certificates } from "../support/certificates.ts";
import { connect, inStore, trust } from "./connected.ts";
import { Listener } from "./peer.ts";
import { RecordingSink } from "./recording_sink.ts";

const untrusted = "the certificate is self-signed or its issuer is unknown";

/** What `node:tls` in Deno says; the Deno transport goes through it for authorities other than the store's. */
const either = "the certificate has expired, or its issuer is unknown";
const inDeno = detectRuntime() === "deno";

/** What a server says of a handshake. */
interface Seen {
  /** SNI; `false` or `null` when none was sent. */
  readonly serverName: string | false | null | undefined;
  readonly alpn: string | false | null;
  /** The common name of the client's certificate. */
  readonly client: string | undefined;
}

/** How a transport has to secure a connection. */
export function tlsContract(transport: Transport): void {
  const { name } = transport;

  /** Connects over TLS to a server, exchanges a byte, and hangs up. */
  const secured = async (
    server: ServerTlsOptions,
    tls: TlsOptions,
    host = "127.0.0.1",
  ): Promise<Seen> => {
    await using listener = await Listener.open({ host: host === "::1" ? "::1" : "127.0.0.1", tls: server });
    const stream = await connect(transport, { port: listener.port, host, tls });
    const sink = new RecordingSink();
    stream.attach(sink);
    stream.resume();
    const peer = await listener.peer();
    await peer.send("x");
    await sink.received(1);
    const socket = peer.socket as TLSSocket & { servername?: string | false };
    const seen = {
      serverName: socket.servername,
      alpn: socket.alpnProtocol,
      client: socket.getPeerCertificate()?.subject?.CN as string | undefined,
    };
    stream.destroy();
    await sink.told("close");
    return seen;
  };

  const refused = async (
    server: ServerTlsOptions,
    tls: TlsOptions,
    host?: string,
  ): Promise<WebSocketError> => {
    const error = await assertRejects(() => secured(server, tls, host), WebSocketError);
    assertEquals(error.code, "TlsFailed");
    assert(error.cause instanceof Error);
    return error;
  };

  const assertReason = (error: WebSocketError, reason: string): void => {
    assertEquals(error.message.replace(/^TLS handshake with \S+:\d+ failed: /, ""), reason);
  };

  for (const host of ["localhost", "127.0.0.1", "::1"]) {
    test(`${name}: the certificate is for ${host}, by an authority that is trusted`, async () => {
      const { server } = await certificates();
      const { serverName } = await secured(server, await trust(), host);
      // RFC 6066 §3: literal IP addresses are not permitted in SNI.
      if (host === "localhost") assertEquals(serverName, "localhost");
      else assert(!serverName, `SNI for an IP address: ${serverName}`);
    });

    test(`${name}: the certificate is for another host than ${host}`, async () => {
      const { wrongHost } = await certificates();
      assertReason(await refused(wrongHost, await trust(), host), "the certificate is for another host");
    });
  }

  test(`${name}: a final dot in the host is not part of the name`, async () => {
    const { server } = await certificates();
    assertEquals((await secured(server, await trust(), "localhost.")).serverName, "localhost");
  });

  test(`${name}: the message names host and port`, async () => {
    const { wrongHost } = await certificates();
    const error = await refused(wrongHost, await trust(), "localhost");
    assert(/^TLS handshake with localhost:\d+ failed: /.test(error.message), error.message);
  });

  test(`${name}: the certificate has expired`, async () => {
    const { expired } = await certificates();
    const error = await refused(expired, await trust());
    assertReason(error, inDeno && (name === "node" || !inStore) ? either : "the certificate has expired");
  });

  test(`${name}: the certificate is self-signed`, async () => {
    const { selfSigned } = await certificates();
    const error = await refused(selfSigned, await trust());
    assertReason(error, untrusted);
  });

  if (!inStore) {
    test(`${name}: the certificate's issuer is in nobody's store`, async () => {
      const { server } = await certificates();
      const error = await refused(server, {});
      assertReason(error, inDeno && name === "node" ? either : untrusted);
    });
  }

  test(`${name}: caCerts are trusted instead of the runtime's store, not beside it`, async () => {
    const { clientCa, server } = await certificates();
    const error = await refused(server, { caCerts: clientCa });
    assertReason(error, inDeno ? either : untrusted);
  });

  test(`${name}: caCerts may be several`, async () => {
    const { ca, clientCa, server } = await certificates();
    await secured(server, { caCerts: [clientCa, ca] });
    await secured(server, { caCerts: `${clientCa}\n${ca}` });
  });

  for (const flaw of ["wrongHost", "expired", "selfSigned"] as const) {
    test(`${name}: verify false takes a certificate that is ${flaw}`, async () => {
      const identities = await certificates();
      await secured(identities[flaw], { verify: false }, "localhost");
      await secured(identities[flaw], { verify: false, caCerts: identities.ca });
    });
  }

  test(`${name}: serverName is sent and checked in place of the host`, async () => {
    const { server, wrongHost } = await certificates();
    const tls = { ...await trust(), serverName: "wrong.example" };
    assertEquals((await secured(wrongHost, tls, "localhost")).serverName, "wrong.example");
    assertEquals((await secured(wrongHost, tls)).serverName, "wrong.example");
    assertReason(await refused(server, tls, "localhost"), "the certificate is for another host");
  });

  test(`${name}: a serverName that is an IP address is checked and not sent`, async () => {
    const { server, wrongHost } = await certificates();
    const tls = { ...await trust(), serverName: "192.0.2.1" };
    assert(!(await secured(wrongHost, tls, "localhost")).serverName, "SNI for an IP address");
    assertReason(await refused(server, tls, "localhost"), "the certificate is for another host");
    assertReason(await refused(server, tls), "the certificate is for another host");
  });

  test(`${name}: ALPN offers http/1.1, or what is asked for`, async () => {
    const { server } = await certificates();
    const both = { ...server, ALPNProtocols: ["other", "http/1.1"] };
    assertEquals((await secured(both, await trust())).alpn, "http/1.1");
    assertEquals((await secured(both, { ...await trust(), alpnProtocols: ["other"] })).alpn, "other");
    // A server that knows nothing of ALPN is fine.
    assert(!(await secured(server, await trust())).alpn);
  });

  test(`${name}: no ALPN protocol in common`, async () => {
    const { server } = await certificates();
    const error = await refused({ ...server, ALPNProtocols: ["other"] }, await trust());
    assertReason(error, "no ALPN protocol in common");
  });

  test(`${name}: a client certificate is shown`, async () => {
    const { server, client, clientCa } = await certificates();
    const strict = { ...server, ca: clientCa, requestCert: true, rejectUnauthorized: true };
    assertEquals((await secured(strict, { ...await trust(), ...client })).client, "Test");
  });

  test(`${name}: certificates and keys that are none are refused before anything opens`, async () => {
    const { ca, server, client } = await certificates();
    const broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    const invalid: [TlsOptions, string][] = [
      [{ caCerts: "nonsense" }, "options: tls.caCerts holds no PEM certificate"],
      [{ caCerts: [ca, broken] }, "options: tls.caCerts cannot be read"],
      [{ cert: client.cert }, "options: tls.cert and tls.key go together"],
      [{ key: client.key }, "options: tls.cert and tls.key go together"],
      [{ cert: broken, key: client.key }, "options: tls.cert cannot be read"],
      [{ cert: client.cert, key: "nonsense" }, "options: tls.key cannot be read"],
      [{ cert: client.cert, key: server.key }, "options: tls.key is not the key of tls.cert"],
    ];
    await using listener = await Listener.open();
    for (const [tls, message] of invalid) {
      const error = await assertRejects(
        () => connect(transport, { port: listener.port, tls }),
        WebSocketError,
      );
      assertEquals([error.code, error.message], ["InvalidConfiguration", message]);
    }
    assertEquals(listener.peers, []);
  });

  test(`${name}: the peer does not speak TLS`, async () => {
    await using listener = await Listener.open();
    const failed = assertRejects(() => connect(transport, { port: listener.port, tls: {} }), WebSocketError);
    const peer = await listener.peer();
    await peer.send("HTTP/1.1 400 Bad Request\r\n\r\n");
    const error = await failed;
    assertEquals(error.code, "TlsFailed");
    assertReason(error, "the peer does not speak TLS");
    await peer.changes.until(() => peer.ended || peer.closed, "the end at the peer");
  });

  for (const how of ["FIN", "RST"] as const) {
    test(`${name}: ${how} in the TLS handshake`, async () => {
      await using listener = await Listener.open();
      const failed = assertRejects(
        () => connect(transport, { port: listener.port, tls: {} }),
        WebSocketError,
      );
      const peer = await listener.peer();
      await peer.received(1);
      if (how === "FIN") peer.socket.end();
      else peer.socket.resetAndDestroy();
      const error = await failed;
      assertEquals(error.code, "TlsFailed");
      assertReason(error, "the peer closed the connection");
    });
  }
}
