import process from "node:process";
import { after, afterEach, before, describe, it } from "node:test";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { WebSocketError } from "../../mod.ts";
import { Site } from "../connecting/site.ts";
import { endWays, ways } from "../connecting/ways.ts";
import { unusedPort } from "../transport/peer.ts";
import { TunnelServer } from "./tunnel_server.ts";

const names = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"].flatMap((
  name,
) => [name, name.toLowerCase()]);

describe("the proxy of the environment", () => {
  const kept = names.map((name) => [name, process.env[name]] as const);
  let site: Site;
  let proxy: TunnelServer;
  let nobody: string;
  before(async () => {
    [site, proxy] = [await Site.start(), await TunnelServer.start()];
    nobody = `http://127.0.0.1:${await unusedPort()}`;
    clear();
  });
  afterEach(clear);
  after(async () => {
    for (const [name, value] of kept) if (value !== undefined) process.env[name] = value;
    await endWays();
    await proxy[Symbol.asyncDispose]();
    await site.stop();
  });

  function clear(): void {
    for (const name of names) delete process.env[name];
  }

  for (const way of ways) {
    it(`is taken when asked for, as it is then (${way.name})`, async () => {
      const url = `ws://${site.at.plain}/`;
      process.env.HTTP_PROXY = `http://127.0.0.1:${proxy.plain.port}`;
      const through = await way.visit(url, { proxy: "environment" });
      assert(through.timings.proxy > 0, "it did not go through the proxy");
      process.env.HTTP_PROXY = nobody;
      const error = await assertRejects(() => way.visit(url, { proxy: "environment" }), WebSocketError);
      assertEquals([error.code, error.message.slice(0, 22)], ["ConnectionFailed", "Cannot reach the proxy"]);
      process.env.NO_PROXY = "127.0.0.0/8";
      assertEquals((await way.visit(url, { proxy: "environment" })).timings.proxy, 0);
    });

    it(`is not looked at otherwise (${way.name})`, async () => {
      for (const name of ["HTTP_PROXY", "http_proxy", "ALL_PROXY"]) process.env[name] = nobody;
      assertEquals((await way.visit(`ws://${site.at.plain}/`)).timings.proxy, 0);
    });

    it(`each redirect has its own (${way.name})`, async () => {
      // The first hop is exempt, the second is not.
      const [, port] = site.at.other.split(":");
      const environment = { HTTP_PROXY: `127.0.0.1:${proxy.plain.port}`, NO_PROXY: site.at.plain };
      const to = `ws://127.0.0.1:${port}/there`;
      const visit = await way.visit(site.redirect(to), { proxy: { environment }, followRedirects: true });
      assertEquals(visit.url, to);
      assert(visit.timings.proxy > 0, "the redirect did not go through the proxy");
    });
  }
});
