import { createHash, X509Certificate } from "node:crypto";
import { connect as connectTls, rootCertificates } from "node:tls";
import { after, before, describe, it } from "node:test";
import { assert, assertEquals, assertGreater, assertRejects } from "@std/assert";
import { NonBlockingClient, type TlsOptions, WebSocketError } from "../../mod.ts";
import { publicKeyOf } from "../../src/transport/public_key_of.ts";
import { bounded, transports } from "../client/setup.ts";
import { Site } from "../connecting/site.ts";
import { endWays, ways } from "../connecting/ways.ts";
import { certificates } from "../support/certificates.ts";
import { rawServer } from "../support/raw_server.ts";

/** A pin as others make it: by the runtime's own reading of a certificate, in DER or PEM. */
function pinOf(certificate: Uint8Array | string): string {
  const key = new X509Certificate(certificate as string).publicKey.export({ type: "spki", format: "der" });
  return `sha256/${createHash("sha256").update(key).digest("base64")}`;
}

/** Of nobody's key. */
const other = `sha256/${"A".repeat(43)}=`;

/** The pin of whoever listens there. */
function pinAt(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connectTls({ host: "127.0.0.1", port, rejectUnauthorized: false });
    socket.on("error", reject);
    socket.on("secureConnect", () => {
      const { raw } = socket.getPeerCertificate();
      socket.destroy();
      socket.on("close", () => resolve(pinOf(raw)));
    });
  });
}

describe("pins in every style", () => {
  let site: Site;
  let pin: string;
  before(async () => {
    site = await Site.start();
    pin = await pinAt(Number(site.at.secure.split(":")[1]));
  });
  after(async () => {
    await endWays();
    await site.stop();
  });

  for (const way of ways) {
    it(way.name, async () => {
      const { secure, ca } = site.at;
      const visit = (tls: TlsOptions) => way.visit(`wss://${secure}/here`, { tls });
      for (const tls of [{ caCerts: ca }, { verify: false }]) {
        assertEquals((await visit({ ...tls, pins: [other, pin] })).seen.resource, "/here");
        const why = `TLS handshake with ${secure} failed: the server's key is none of tls.pins: it is ${pin}`;
        const error = await assertRejects(() => visit({ ...tls, pins: [other] }), WebSocketError, why);
        assertEquals(error.code, "TlsFailed");
      }
      // In addition to verification, not in its place.
      const unverified = await assertRejects(() => visit({ pins: [pin] }), WebSocketError);
      assertEquals(unverified.code, "TlsFailed");
      assert(!unverified.message.includes("pins"), unverified.message);
    });
  }
});

for (const transport of transports) {
  describe(`pins, ${transport} transport`, () => {
    const connect = (port: number, tls: TlsOptions) =>
      bounded("connect", NonBlockingClient.connect(`wss://127.0.0.1:${port}`, { transport, tls }));

    it("the key of the authority does not count", async () => {
      const { ca, server } = await certificates();
      await using listening = await rawServer(() => Promise.resolve(), {
        tls: { ...server, cert: `${server.cert}\n${ca}` },
      });
      const connecting = () => connect(listening.port, { caCerts: ca, pins: [pinOf(ca)] });
      await assertRejects(connecting, WebSocketError, `it is ${pinOf(server.cert)}`);
    });

    it("a good pin does not make up for another host", async () => {
      const { ca, wrongHost } = await certificates();
      await using listening = await rawServer(() => Promise.resolve(), { tls: wrongHost });
      const connecting = () => connect(listening.port, { caCerts: ca, pins: [pinOf(wrongHost.cert)] });
      await assertRejects(connecting, WebSocketError, "the certificate is for another host");
    });

    it("nothing is said to a server whose key is another", async () => {
      const { ca, server } = await certificates();
      await using listening = await rawServer(async (peer) => {
        await peer.closed();
        assertEquals(peer.buffered, 0);
      }, { tls: server });
      const connecting = () => connect(listening.port, { caCerts: ca, pins: [other] });
      await assertRejects(connecting, WebSocketError, "none of tls.pins");
    });

    it("of a proxy with TLS, and of the target behind it", async () => {
      const { ca, server } = await certificates();
      await using proxy = await rawServer(async (peer) => {
        await peer.closed();
        assertEquals(peer.buffered, 0);
      }, { tls: server });
      const tls = { caCerts: ca, pins: [other] };
      const connecting = NonBlockingClient.connect("ws://target.example", {
        transport,
        proxy: { url: `https://127.0.0.1:${proxy.port}`, tls },
      });
      const error = await assertRejects(
        () => bounded("connect", connecting),
        WebSocketError,
        "Cannot reach the proxy: TLS handshake with",
      );
      assertEquals(error.code, "TlsFailed");
    });
  });
}

describe("the public key in a certificate", () => {
  it("is what the runtime takes for it, in those of all authorities", () => {
    assertGreater(rootCertificates.length, 20);
    for (const pem of rootCertificates) {
      const certificate = new X509Certificate(pem);
      const key = publicKeyOf(new Uint8Array(certificate.raw));
      const expected = certificate.publicKey.export({ type: "spki", format: "der" });
      assertEquals(key && Buffer.from(key).toString("hex"), expected.toString("hex"), certificate.subject);
    }
  });

  it("is none in what is no certificate", async () => {
    const { server } = await certificates();
    const whole = new Uint8Array(new X509Certificate(server.cert).raw);
    for (let length = 0; length < whole.length; length++) {
      assertEquals(publicKeyOf(whole.subarray(0, length)), undefined, `cut off after ${length} bytes`);
    }
    // Whatever a byte is changed to, it is a view of what is there, or nothing.
    for (let at = 0; at < whole.length; at++) {
      for (const value of [0, 0x30, 0x7f, 0x80, 0x82, 0x84, 0xff]) {
        const changed = whole.slice();
        changed[at] = value;
        assert((publicKeyOf(changed)?.length ?? 0) <= whole.length);
      }
    }
    assertEquals(publicKeyOf(new Uint8Array(0)), undefined);
  });
});
