import { describe, it } from "node:test";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { type ClientOptions, NonBlockingClient, type TimeoutPhase, WebSocketError } from "../../mod.ts";
import { recorder } from "../client/recorder.ts";
import { bounded, canDropDuringTls, transports } from "../client/setup.ts";
import { certificates } from "../support/certificates.ts";
import { closeFrame, hex, textFrame } from "../support/frames.ts";
import { type RawPeer, rawServer, withRawServer } from "../support/raw_server.ts";
import { unusedPort } from "../transport/peer.ts";

const established = "HTTP/1.1 200 OK\r\n\r\n";
const socksEstablished = hex("05 00 00 01 00000000 0000");

/** The far end of a tunnel, played by the proxy itself. */
async function beTarget(peer: RawPeer): Promise<void> {
  await peer.handshake();
  await peer.send(textFrame("hello"));
  await peer.send(closeFrame(1000));
  await peer.readFrame();
  await peer.end();
}

for (const transport of transports) {
  describe(`a tunnel, ${transport} transport`, () => {
    const connect = (url: string, options: ClientOptions) =>
      bounded("connect", NonBlockingClient.connect(url, { ...options, transport }));

    /** Connects, and hears what {@linkcode beTarget} says. */
    const hear = async (url: string, options: ClientOptions) => {
      const client = await connect(url, options);
      const record = recorder();
      await bounded("the client to end", client.run(record.handler));
      assertEquals(record.messages, ["activated", "text hello", "closed 1000 clean remote", "quit"]);
    };

    it("asks an HTTP proxy for the target by name, and says no more than that", async () => {
      await withRawServer(async (peer) => {
        const { raw } = await peer.readRequest();
        const login = "Proxy-Authorization: Basic bWU6czNjcmV0\r\nX-Trace: 1\r\n";
        const [head, fields] = [raw.slice(0, raw.indexOf("\r\n") + 2), raw.slice(raw.indexOf("\r\n") + 2)];
        assertEquals(head, "CONNECT target.example:80 HTTP/1.1\r\n");
        assertEquals(fields, `Host: target.example:80\r\nX-Trace: 1\r\n${login.split("X-")[0]}\r\n`);
        assertEquals(peer.buffered, 0);
        await peer.send(established);
        await beTarget(peer);
      }, async ({ port }) => {
        const proxy = { url: `http://me:s3cret@127.0.0.1:${port}`, headers: { "X-Trace": "1" } };
        await hear("ws://target.example/", { proxy });
      });
    });

    it("asks a SOCKS proxy for a name, or for the address of it", async () => {
      for (const scheme of ["socks5h", "socks5"]) {
        await withRawServer(async (peer) => {
          assertEquals(await peer.read(3), hex("05 01 00"));
          await peer.send(hex("05 00"));
          const request = scheme === "socks5"
            ? hex("05 01 00 01 c0000207 0050")
            : hex("05 01 00 03 0e 7461726765742e6578616d706c65 0050");
          assertEquals(await peer.read(request.length), request);
          await peer.send(socksEstablished);
          await beTarget(peer);
        }, async ({ port }) => {
          const lookup = { "target.example": "192.0.2.7" };
          await hear("ws://target.example/", { proxy: `${scheme}://127.0.0.1:${port}`, lookup });
        });
      }
    });

    it("tries one address after another where a SOCKS proxy refuses", async () => {
      let asked = 0;
      await withRawServer(async (peer) => {
        await peer.read(3);
        await peer.send(hex("05 00"));
        const [address] = (await peer.read(10)).slice(7);
        asked++;
        if (address !== 9) return await peer.send(hex("05 05"));
        await peer.send(socksEstablished);
        await beTarget(peer);
      }, async ({ port }) => {
        const lookup = { "target.example": ["192.0.2.7", "192.0.2.8", "192.0.2.9"] };
        const proxy = `socks5://127.0.0.1:${port}`;
        await hear("ws://target.example/", { proxy, lookup });
        assertEquals(asked, 3);
        const none = { "target.example": ["192.0.2.7", "192.0.2.8"] };
        const failed = () => connect("ws://target.example/", { proxy, lookup: none });
        await assertRejects(failed, WebSocketError, "connect to 192.0.2.8:80 through the proxy");
      });
    });

    it("an answer in any pieces", async () => {
      for (const splits of [1, 7]) {
        await withRawServer(async (peer) => {
          await peer.readRequest();
          await peer.send("HTTP/1.1 200 OK\r\nContent-Length: 7\r\nX: y\r\n\r\n", { splits });
          await beTarget(peer);
        }, ({ port }) => hear("ws://target.example/", { proxy: `http://127.0.0.1:${port}` }));
      }
    });

    it("what comes behind the proxy's answer is the target's", async () => {
      await withRawServer(async (peer) => {
        await peer.readRequest();
        await peer.send(`${established}HTTP/1.1 503 Too busy\r\nContent-Length: 0\r\n\r\n`);
        await peer.closed();
      }, async ({ port }) => {
        const failed = () => connect("ws://target.example/", { proxy: `http://127.0.0.1:${port}` });
        const error = await assertRejects(failed, WebSocketError, 'the server answered 503 "Too busy"');
        assertEquals([error.code, error.response?.status], ["HandshakeFailed", 503]);
      });
    });

    it("nothing may come behind it before TLS begins", async () => {
      await withRawServer(async (peer) => {
        await peer.readRequest();
        await peer.send(`${established}oops`);
        await peer.closed();
      }, async ({ port }) => {
        const failed = () => connect("wss://target.example/", { proxy: `http://127.0.0.1:${port}` });
        const error = await assertRejects(failed, WebSocketError, "sent 4 bytes before it began");
        assertEquals(error.code, "TlsFailed");
      });
    });

    it("the certificate of the target is the target's, not the proxy's", async () => {
      const { ca, server, wrongHost } = await certificates();
      // To a server, a handshake may look good that its client gives up.
      const script = async (peer: RawPeer) => void await peer.closed();
      await using proxy = await rawServer(script, { tls: wrongHost });
      const url = `https://127.0.0.1:${proxy.port}`;
      const failed = () => connect("ws://127.0.0.1/", { proxy: { url, tls: { caCerts: ca } } });
      const error = await assertRejects(
        failed,
        WebSocketError,
        "Cannot reach the proxy: TLS handshake with 127.0.0.1",
      );
      assertEquals(error.code, "TlsFailed");
      assertStringIncludes(error.message, "the certificate is for another host");
      // The settings of the target's TLS are not the proxy's.
      await using good = await rawServer(script, { tls: server });
      const untrusted = () =>
        connect("ws://127.0.0.1/", { proxy: `https://127.0.0.1:${good.port}`, tls: { caCerts: ca } });
      assertEquals((await assertRejects(untrusted, WebSocketError)).code, "TlsFailed");
    });

    it("a proxy that is not there", async () => {
      const port = await unusedPort();
      const failed = () => connect("ws://target.example/", { proxy: `http://me:s3cret@127.0.0.1:${port}` });
      const error = await assertRejects(failed, WebSocketError);
      assertEquals(error.code, "ConnectionFailed");
      const message = `Cannot reach the proxy: Cannot connect to 127.0.0.1:${port}: connection refused`;
      assertEquals(error.message, message);
    });

    it("a proxy that says nothing, or half of it: Timeout in phase proxy", async () => {
      const { ca } = await certificates();
      const silent = async (peer: RawPeer) => void await peer.closed();
      const half = async (peer: RawPeer) => {
        await peer.readRequest();
        await peer.send("HTTP/1.1 200 OK\r\n");
        await peer.closed();
      };
      const schemes: readonly (readonly [scheme: string, script: (peer: RawPeer) => Promise<void>])[] = [
        ["http", silent],
        ["http", half],
        ["socks5h", silent],
        // TLS with the proxy is in that phase as well.
        ...canDropDuringTls(transport) || transport === "deno" ? [["https", silent]] as const : [],
      ];
      for (const [scheme, script] of schemes) {
        await withRawServer(script, async ({ port }) => {
          const url = `${scheme}://127.0.0.1:${port}`;
          const proxy = scheme === "https" ? { url, tls: { caCerts: ca } } : url;
          const failed = () => connect("ws://target.example/", { proxy, handshakeTimeout: 150 });
          const error = await assertRejects(
            failed,
            WebSocketError,
            "handshakeTimeout, 150 ms: in phase proxy",
          );
          assertEquals([error.code, error.phase], ["Timeout", "proxy" satisfies TimeoutPhase]);
        });
      }
    });

    it("a refusal that is known says more than the time-out", async () => {
      await withRawServer(async (peer) => {
        await peer.readRequest();
        await peer.send("HTTP/1.1 403 No\r\nContent-Length: 100\r\n\r\nbecause");
        await peer.closed();
      }, async ({ port }) => {
        const failed = () =>
          connect("ws://target.example/", { proxy: `http://127.0.0.1:${port}`, handshakeTimeout: 150 });
        const error = await assertRejects(failed, WebSocketError, 'the proxy answered 403 "No"');
        assertEquals(new TextDecoder().decode(error.response?.body), "because");
      });
    });

    it("an aborted signal lets go of the proxy", async () => {
      const controller = new AbortController();
      await withRawServer(async (peer) => {
        await peer.readRequest();
        controller.abort(new RangeError("enough"));
        await peer.closed();
      }, async ({ port }) => {
        const { signal } = controller;
        const failed = () => connect("ws://target.example/", { proxy: `http://127.0.0.1:${port}`, signal });
        const error = await assertRejects(failed, WebSocketError);
        assertEquals(error.code, "Aborted");
        assert(error.cause instanceof RangeError);
      });
    });
  });
}
