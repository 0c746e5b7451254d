import { after, before, describe, it } from "node:test";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { type ClientOptions, WebSocketError } from "../../mod.ts";
import { Site } from "../connecting/site.ts";
import { certificates } from "../support/certificates.ts";
import { endWays, ways } from "../connecting/ways.ts";
import { realProxies, type RealProxy } from "./real_proxies.ts";

let site: Site;
/** The proxies' authority; the site has its own. */
let proxyCa: string;
before(async () => {
  site = await Site.start();
  proxyCa = (await certificates()).ca;
});
after(async () => {
  await endWays();
  await site.stop();
});

for (const kind of realProxies) {
  const skip = kind.isThere ? false : `${kind.name} is not on this machine`;

  describe(kind.name, () => {
    let proxy: RealProxy;
    before(async () => {
      if (kind.isThere) proxy = await kind.start();
    });
    after(async () => {
      if (kind.isThere) await proxy[Symbol.asyncDispose]();
    });

    /** Trusts the proxy, if it has TLS, and the site. */
    const through = (url: string): ClientOptions => {
      const proxy = url.startsWith("https:") ? { url, tls: { caCerts: proxyCa } } : url;
      return { proxy, tls: { caCerts: site.at.ca } };
    };

    for (const way of ways) {
      it(`leads to its target (${way.name})`, { skip }, async () => {
        const { plain, secure } = site.at;
        const urls = [`ws://${plain.replace("127.0.0.1", "localhost")}/there`, `wss://${secure}/there`];
        // A password makes no difference to what comes after it.
        for (const url of kind.wrongLogin === undefined ? urls : urls.slice(0, 1)) {
          const { seen, timings } = await way.visit(url, through(proxy.url));
          assertEquals(seen.resource, "/there");
          // What is for the proxy does not get to the server.
          assertEquals(seen.headers["proxy-authorization"], undefined);
          assert(timings.proxy > 0, "no time was spent with the proxy");
        }
      });

      it(`tells of what goes wrong (${way.name})`, { skip }, async () => {
        for (
          const [url, expected] of [[proxy.url, kind.refused], [kind.wrongLogin?.(proxy.url), kind.denied]]
        ) {
          if (url === undefined) continue;
          const visit = () => way.visit("ws://127.0.0.1:9/", through(url));
          const error = await assertRejects(visit, WebSocketError, expected!);
          assertEquals(error.code, "ConnectionFailed");
          const start = "Cannot connect to 127.0.0.1:9 through the proxy 127.0.0.1:";
          assertStringIncludes(error.message, start);
          assert(!error.message.includes("wr0ng"), error.message);
          assertEquals(error.response?.status, kind.statuses?.[url === proxy.url ? 0 : 1]);
        }
      });
    }
  });
}
