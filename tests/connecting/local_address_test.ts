import process from "node:process";
import { after, before, describe, it } from "node:test";
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { type ClientOptions, NonBlockingClient, WebSocketError } from "../../mod.ts";
import { Site } from "./site.ts";
import { endWays, ways } from "./ways.ts";

/** Only Linux has all of 127.0.0.0/8. */
const skip = process.platform !== "linux";

let site: Site;
before(async () => {
  site = await Site.start();
});
after(async () => {
  await endWays();
  await site.stop();
});

for (const way of ways) {
  describe(`localAddress (${way.name})`, { skip }, () => {
    it("is where the connection comes from", async () => {
      for (const localAddress of ["127.0.0.9", "127.0.0.10"]) {
        const visit = await way.visit(`ws://${site.at.plain}/`, { localAddress });
        assertEquals(visit.seen.remoteAddress, localAddress);
      }
    });

    it("goes with TLS", async () => {
      const options = { localAddress: "127.0.0.9", tls: { caCerts: site.at.ca } };
      assertEquals((await way.visit(`wss://${site.at.secure}/`, options)).seen.remoteAddress, "127.0.0.9");
    });

    it("leaves out the addresses of the other family", async () => {
      const [, port] = site.at.plain.split(":");
      const lookup = { "feed.example": ["::1", "127.0.0.1"] };
      const url = `ws://feed.example:${port}/`;
      const visit = await way.visit(url, { lookup, localAddress: "127.0.0.9" });
      assertEquals(visit.seen.remoteAddress, "127.0.0.9");
      const none = way.visit(`ws://${site.at.plain}/`, { localAddress: "::1" });
      const error = await assertRejects(() => none, WebSocketError);
      assertEquals(error.code, "ConnectionFailed");
      assertEquals(
        error.message,
        `Cannot connect to ${site.at.plain}: localAddress is an IPv6 address, and the host has none`,
      );
    });

    it("one that is not this machine's is ConnectionFailed", async () => {
      const visit = way.visit(`ws://${site.at.plain}/`, { localAddress: "192.0.2.1" });
      const error = await assertRejects(() => visit, WebSocketError);
      assertEquals(error.code, "ConnectionFailed");
      assertEquals(error.message, `Cannot connect to ${site.at.plain}: address not available`);
    });
  });
}

it("a localAddress that is none is refused by name", async () => {
  for (const localAddress of ["", "localhost", "127.0.0.1:80", "[::1]", "127.0.0.256", 1, null, {}]) {
    const options = { localAddress } as ClientOptions;
    const connecting = NonBlockingClient.connect("ws://127.0.0.1:1", options);
    const error = await assertRejects(() => connecting, WebSocketError);
    assertEquals(error.code, "InvalidConfiguration");
    assertStringIncludes(error.message, "options: localAddress is ");
    assertStringIncludes(error.message, "allowed: an IP address");
  }
});
