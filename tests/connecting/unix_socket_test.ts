import { after, before, describe, it } from "node:test";
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { type ClientOptions, NonBlockingClient, WebSocketError } from "../../mod.ts";
import { memoryTransport } from "../../src/transport/memory.ts";
import { Site } from "./site.ts";
import { endWays, ways } from "./ways.ts";

let site: Site;
before(async () => {
  site = await Site.start();
});
after(async () => {
  await endWays();
  await site.stop();
});

for (const way of ways) {
  describe(`Unix sockets (${way.name})`, () => {
    it("ws+unix: connects to a path", async () => {
      const { socketPath } = site.at;
      const visit = await way.visit(`ws+unix:${socketPath}:/a/b?c`);
      assertEquals(visit.url, `ws+unix:${socketPath}:/a/b?c`);
      assertEquals(visit.seen.resource, "/a/b?c");
      assertEquals(visit.seen.headers.host, "localhost");
      assertEquals((await way.visit(`ws+unix://${socketPath}`, { noDelay: null })).seen.resource, "/");
    });

    it("wss+unix: connects with TLS, and checks the certificate for localhost or serverName", async () => {
      const { secureSocketPath, ca } = site.at;
      const url = `wss+unix:${secureSocketPath}:/end`;
      for (const serverName of [undefined, "localhost"]) {
        const visit = await way.visit(url, { tls: { caCerts: ca, serverName } });
        assertEquals(visit.url, url);
      }
      const other = way.visit(url, { tls: { caCerts: ca, serverName: "wrong.example" } });
      const error = await assertRejects(() => other, WebSocketError);
      assertEquals(error.code, "TlsFailed");
      assertEquals(
        error.message,
        `TLS handshake with ${secureSocketPath} failed: the certificate is for another host`,
      );
    });

    it("one that is not there is ConnectionFailed, and named", async () => {
      const path = `${site.at.folder}/none.sock`;
      const error = await assertRejects(() => way.visit(`ws+unix:${path}:/x`), WebSocketError);
      assertEquals(error.code, "ConnectionFailed");
      assertEquals(error.message, `Cannot connect to ${path}: no such file`);
      assertEquals((error.cause as { code?: string }).code, "ENOENT");
    });

    it("what is for TCP is refused by name", async () => {
      const options: ClientOptions = {
        noDelay: true,
        ttl: 4,
        tcpKeepAlive: true,
        quickAck: true,
        typeOfService: 4,
        localAddress: "127.0.0.1",
        lookup: {},
      };
      for (const [name, value] of Object.entries(options)) {
        const visit = way.visit(`ws+unix:${site.at.socketPath}`, { [name]: value });
        const error = await assertRejects(() => visit, WebSocketError);
        assertEquals(error.code, "InvalidConfiguration");
        assertEquals(error.message, `options: ${name} is for TCP, and the URL leads to a Unix socket`);
      }
    });

    it("a path that the system cannot take is refused", async () => {
      const visit = way.visit(`ws+unix:/${"ä".repeat(60)}`);
      const error = await assertRejects(
        () => visit,
        WebSocketError,
        "the path of the Unix socket has 121 bytes",
      );
      assertEquals(error.code, "InvalidUrl");
    });
  });
}

it("a transport of one's own is not asked for what it does not know", async () => {
  const transport = memoryTransport(() => {});
  const cases: readonly (readonly [url: string, options: ClientOptions, what: string])[] = [
    ["ws+unix:/run/app.sock", {}, "ws+unix: URLs"],
    ["ws://example.com/", { lookup: { "example.com": "127.0.0.1" } }, "the option lookup"],
  ];
  for (const [url, options, what] of cases) {
    const connecting = NonBlockingClient.connect(url, { ...options, transport });
    const error = await assertRejects(() => connecting, WebSocketError);
    assertEquals(error.code, "InvalidConfiguration");
    assertStringIncludes(error.message, `the transport "memory" has no part for ${what}`);
  }
});
