import { once } from "node:events";
import { after, before, describe, it } from "node:test";
import { Worker } from "node:worker_threads";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { WebSocketError } from "../../mod.ts";
import { Site } from "../connecting/site.ts";
import { endWays, ways } from "../connecting/ways.ts";

describe("proxy-chain", () => {
  let site: Site;
  let worker: Worker;
  let port: number;
  before(async () => {
    site = await Site.start();
    worker = new Worker(new URL("./proxy_chain_worker.ts", import.meta.url));
    [port] = await once(worker, "message");
  });
  after(async () => {
    await endWays();
    await worker.terminate();
    await site.stop();
  });

  for (const way of ways) {
    it(`leads to ws: and wss: (${way.name})`, async () => {
      const { plain, secure, ca } = site.at;
      const proxy = `http://user:p%C3%A4%3Ass@127.0.0.1:${port}`;
      for (const url of [`ws://${plain}/there`, `wss://${secure}/there`]) {
        const { seen, timings } = await way.visit(url, { proxy, tls: { caCerts: ca } });
        assertEquals(seen.resource, "/there");
        assert(timings.proxy > 0, "no time was spent with the proxy");
      }
    });

    it(`refuses who has not the password (${way.name})`, async () => {
      for (const login of ["", "user:wr0ng@"]) {
        const proxy = `http://${login}127.0.0.1:${port}`;
        const visit = () => way.visit(`ws://${site.at.plain}/`, { proxy });
        const error = await assertRejects(visit, WebSocketError, "the proxy answered 407");
        assertEquals([error.code, error.response?.status], ["ConnectionFailed", 407]);
        assertEquals(new TextDecoder().decode(error.response?.body), "who are you?");
      }
    });
  }
});
