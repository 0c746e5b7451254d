import { describe, it } from "node:test";
import { assertEquals, assertExists, assertRejects } from "@std/assert";
import type { TlsOptions as ServerTls } from "node:tls";
import { NonBlockingClient, type TlsOptions, WebSocketError } from "../../mod.ts";
import { type Certificates, certificates } from "../support/certificates.ts";
import { closeFrame, textFrame } from "../support/frames.ts";
import { rawServer } from "../support/raw_server.ts";
import { recorder } from "./recorder.ts";
import { bounded, transports } from "./setup.ts";

for (const transport of transports) {
  describe(`TLS, ${transport} transport`, () => {
    const serve = (tls: ServerTls, name?: string) =>
      rawServer(async (peer) => {
        await peer.handshake();
        await peer.send(textFrame("over TLS"));
        await peer.send(closeFrame(1000));
        await peer.readFrame();
        await peer.end();
      }, { tls, name });

    /** Connects, and expects the message and the clean end. */
    const succeeds = async (
      serverTls: (all: Certificates) => ServerTls,
      clientTls: (all: Certificates) => TlsOptions,
      name?: string,
    ) => {
      const all = await certificates();
      await using server = await serve(serverTls(all), name);
      const client = await NonBlockingClient.connect(server.url, { transport, tls: clientTls(all) });
      const record = recorder();
      await bounded("the client to end", client.run(record.handler));
      assertEquals(record.messages, ["activated", "text over TLS", "closed 1000 clean remote", "quit"]);
    };

    const fails = async (
      serverTls: (all: Certificates) => ServerTls,
      clientTls: (all: Certificates) => TlsOptions,
      message: string,
    ) => {
      const all = await certificates();
      await using server = await rawServer(() => Promise.resolve(), { tls: serverTls(all) });
      const error = await assertRejects(
        () =>
          bounded(
            "connect",
            NonBlockingClient.connect(server.url, { transport, tls: clientTls(all) }),
          ),
        WebSocketError,
        message,
      );
      assertEquals(error.code, "TlsFailed");
      assertExists(error.cause);
    };

    it("a server whose authority is trusted, by address and by name", async () => {
      for (const name of [undefined, "localhost"]) {
        await succeeds(({ server }) => server, ({ ca }) => ({ caCerts: ca }), name);
      }
    });

    it("several authorities", async () => {
      await succeeds(({ server }) => server, ({ ca, clientCa }) => ({ caCerts: [clientCa, ca] }));
    });

    it("a server name of the program's own", async () => {
      await succeeds(
        ({ wrongHost }) => wrongHost,
        ({ ca }) => ({ caCerts: ca, serverName: "wrong.example" }),
      );
    });

    it("a client certificate", async () => {
      await succeeds(
        ({ server, clientCa }) => ({ ...server, ca: clientCa, requestCert: true, rejectUnauthorized: true }),
        ({ ca, client }) => ({ caCerts: ca, ...client }),
      );
    });

    it("verify: false takes any certificate", async () => {
      await succeeds(({ selfSigned }) => selfSigned, () => ({ verify: false }));
    });

    it("a certificate for another host", async () => {
      await fails(({ wrongHost }) => wrongHost, ({ ca }) => ({ caCerts: ca }), "for another host");
    });

    it("an expired certificate", async () => {
      await fails(({ expired }) => expired, ({ ca }) => ({ caCerts: ca }), "has expired");
    });

    it("a self-signed certificate", async () => {
      await fails(
        ({ selfSigned }) => selfSigned,
        ({ ca }) => ({ caCerts: ca }),
        "self-signed or its issuer is unknown",
      );
    });

    it("an authority that is not in the runtime's store", async () => {
      await fails(({ server }) => server, () => ({}), "its issuer is unknown");
    });

    it("a server that does not speak TLS", async () => {
      await using server = await rawServer(async (peer) => {
        await peer.read(1);
        await peer.send("HTTP/1.1 400 Bad Request\r\n\r\n");
        await peer.end();
      });
      const error = await assertRejects(
        () =>
          bounded(
            "connect",
            NonBlockingClient.connect(server.url.replace("ws:", "wss:"), { transport }),
          ),
        WebSocketError,
      );
      assertEquals(error.code, "TlsFailed");
    });

    it("TLS that ends without close_notify is a lost connection", async () => {
      const { ca, server: identity } = await certificates();
      await using server = await rawServer(async (peer) => {
        await peer.handshake();
        await peer.send(textFrame("last"));
        assertEquals((await peer.readFrame()).text, "got it");
        peer.reset();
      }, { tls: identity });
      const client = await NonBlockingClient.connect(server.url, { transport, tls: { caCerts: ca } });
      const record = recorder({ onTextMessage: (client) => client.sendText("got it") });
      await bounded("the client to end", client.run(record.handler));
      assertEquals(record.messages, ["activated", "text last", "closed 1006 not clean none", "quit"]);
    });
  });
}
