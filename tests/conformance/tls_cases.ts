import { assertEquals } from "@std/assert";
import type { TLSSocket } from "node:tls";
import type { RawPeer } from "../support/raw_server.ts";
import { type ConformanceCase, opens, refuses } from "./case.ts";
import { closesWith, type Script } from "./scripts.ts";

/** Opens the WebSocket; then looks at what the TLS handshake agreed on. */
function opensOver(check: (socket: TLSSocket) => void = () => {}): Script {
  return async (peer) => {
    await peer.handshake();
    check(peer.socket as TLSSocket);
    await closesWith(peer);
  };
}

/** `127.0.0.1` by name. */
function byName(base: string): string {
  return base.replace("127.0.0.1", "localhost");
}

/** The server may have finished its side of the TLS handshake; then it hears nothing. */
async function hearsNothing(peer: RawPeer): Promise<void> {
  await peer.closed();
  assertEquals(peer.buffered, 0);
}

/** Refused before a byte of HTTP is sent. */
function refused(name: string, rest: Partial<ConformanceCase>): ConformanceCase {
  const expected = refuses("TlsFailed");
  return { number: "3", name, deliveries: ["whole"], server: hearsNothing, expected, ...rest };
}

/** Whom the client talks to: row 3. */
export const tlsCases: readonly ConformanceCase[] = [
  {
    number: "3",
    name: "a certificate for this IP address, and no SNI",
    tls: {},
    server: opensOver(({ servername }) => assertEquals(servername || false, false)),
    expected: opens,
  },
  {
    number: "3",
    name: "a certificate for this IPv6 address, and no SNI",
    tls: {},
    host: "::1",
    server: opensOver(({ servername }) => assertEquals(servername || false, false)),
    expected: opens,
  },
  {
    number: "3",
    name: "a certificate for this name, and SNI",
    tls: {},
    url: byName,
    server: opensOver(({ servername }) => assertEquals(servername, "localhost")),
    expected: opens,
  },
  {
    number: "3",
    name: "another name to check and to send",
    tls: { identity: "wrongHost" },
    options: { tls: { serverName: "wrong.example" } },
    server: opensOver(({ servername }) => assertEquals(servername, "wrong.example")),
    expected: opens,
  },
  {
    number: "3",
    name: "ALPN offers http/1.1",
    tls: { alpn: ["h2", "http/1.1"] },
    server: opensOver(({ alpnProtocol }) => assertEquals(alpnProtocol, "http/1.1")),
    expected: opens,
  },
  {
    number: "3",
    name: "a server without ALPN",
    tls: {},
    server: opensOver(({ alpnProtocol }) => assertEquals(alpnProtocol || false, false)),
    expected: opens,
  },
  refused("a certificate for another host", { tls: { identity: "wrongHost" } }),
  refused("a certificate for another name", { tls: { identity: "wrongHost" }, url: byName }),
  refused("a certificate for this host, where another is expected", {
    tls: {},
    options: { tls: { serverName: "wrong.example" } },
  }),
  refused("an expired certificate", { tls: { identity: "expired" } }),
  refused("a server that speaks h2 alone", { tls: { alpn: ["h2"] } }),
  refused("a self-signed certificate", { tls: { identity: "selfSigned" } }),
  refused("a server that speaks no TLS", {
    url: (base) => base.replace("ws:", "wss:"),
    server: async (peer) => {
      await peer.send("HTTP/1.1 400 Bad Request\r\n\r\n");
      await peer.closed();
    },
  }),
  {
    number: "3",
    name: "any certificate, when told not to verify",
    tls: { identity: "selfSigned" },
    options: { tls: { verify: false } },
    server: opensOver(),
    expected: opens,
  },
];
