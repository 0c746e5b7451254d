import { after, before, describe, it } from "node:test";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { type ClientOptions, NonBlockingClient, WebSocketError } from "../../mod.ts";
import { closeFrame } from "../support/frames.ts";
import { answerTo } from "../support/raw_server_http.ts";
import { rawServer } from "../support/raw_server.ts";
import { Site } from "./site.ts";
import { endWays, type Way, ways } from "./ways.ts";

/** What nobody but the first origin may learn, and what everybody may. */
const secrets = {
  headers: {
    authorization: "Bearer s3cr3t",
    cookie: "s3cr3t=1",
    "proxy-authorization": "Basic s3cr3t",
    host: "virtual.example",
    "x-kept": "kept",
  },
  protocols: ["chat"],
};

let site: Site;
before(async () => {
  site = await Site.start();
});
after(async () => {
  await endWays();
  await site.stop();
});

async function failure(way: Way, url: string, options: ClientOptions): Promise<WebSocketError> {
  const error = await assertRejects(() => way.visit(url, options), WebSocketError);
  assertEquals(error.code, "HandshakeFailed", error.message);
  return error;
}

for (const way of ways) {
  describe(`redirects (${way.name})`, () => {
    it("are followed with each of their statuses, relative and absolute, to the end of a chain", async () => {
      let url = `http://${site.at.plain}/end?q`;
      for (const status of [301, 302, 303, 307, 308]) url = site.redirect(url, { status });
      const visit = await way.visit(site.redirect("/redirect?to=end%3Fq"), { followRedirects: true });
      assertEquals(visit.url, `ws://${site.at.plain}/end?q`);
      assertEquals(visit.seen.resource, "/end?q");
      assertEquals((await way.visit(url, { followRedirects: 5 })).url, `ws://${site.at.plain}/end?q`);
    });

    it("are not followed unless asked for", async () => {
      const url = site.redirect("/end");
      for (const followRedirects of [undefined, false, 0]) {
        const { message, response } = await failure(way, url, { followRedirects });
        assertEquals(message, 'Cannot open the WebSocket: the server answered 302 "Elsewhere"');
        assertEquals(response?.headers[0], ["location", "/end"]);
        assertEquals(response?.body.length, 1024);
      }
    });

    it("beyond the limit are an error that names them, without their queries", async () => {
      const url = site.redirect(site.redirect(`${site.redirect("/end")}&secret=s3cr3t`));
      const { message, response } = await failure(way, url, { followRedirects: 2 });
      const at = `ws://${site.at.plain}/redirect?…`;
      assertEquals(
        message,
        `Cannot open the WebSocket: more than 2 redirects: ${at} → ${at} → ${at} → ws://${site.at.plain}/end`,
      );
      assertEquals(response?.status, 302);
      assertEquals((await way.visit(url, { followRedirects: 3 })).seen.resource, "/end");
    });

    it("take credentials along within an origin, and nowhere else", async () => {
      const options = { ...secrets, followRedirects: true };
      const near = await way.visit(site.redirect("/end"), options);
      assertEquals(near.seen.headers.authorization, "Bearer s3cr3t");
      assertEquals(near.seen.headers.cookie, "s3cr3t=1");
      assertEquals(near.seen.headers["proxy-authorization"], "Basic s3cr3t");
      assertEquals(near.seen.headers.host, "virtual.example");

      const far = await way.visit(site.redirect(`ws://${site.at.other}/end`), options);
      assertEquals(JSON.stringify(far.seen).includes("s3cr3t"), false);
      assertEquals(far.seen.headers.host, site.at.other);
      assertEquals(far.seen.headers["x-kept"], "kept");
      assertEquals(far.seen.headers["sec-websocket-protocol"], "chat");

      // Back at the first, they stay lost.
      const back = site.redirect(
        site.redirect(`ws://${site.at.plain}/end`, { origin: `ws://${site.at.other}` }),
      );
      assertEquals(JSON.stringify((await way.visit(back, options)).seen).includes("s3cr3t"), false);
    });

    it("have the URL's own credentials kept within its origin, and a Location's taken", async () => {
      const options = { followRedirects: true };
      const withUser = (url: string) => url.replace("//", "//Aladdin:open%20sesame@");
      const basic = "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==";
      const near = await way.visit(withUser(site.redirect("/end")), options);
      assertEquals(near.seen.headers.authorization, basic);
      assertEquals(near.url, `ws://${site.at.plain}/end`);
      const far = await way.visit(withUser(site.redirect(`ws://${site.at.other}/end`)), options);
      assertEquals(far.seen.headers.authorization, undefined);
      const given = await way.visit(site.redirect(withUser(`ws://${site.at.plain}/end`)), {
        ...options,
        headers: { authorization: "Bearer old" },
      });
      assertEquals(given.seen.headers.authorization, basic);
      assertEquals(given.url, `ws://${site.at.plain}/end`);
    });

    it("in a circle, to nonsense and to a Unix socket are refused", async () => {
      const cases: readonly (readonly [to: string, message: string])[] = [
        ["", "redirects in a circle: "],
        ["/ping", "redirects in a circle: "],
        ["ftp://example.com/", "the server redirects to a URL that is none of a WebSocket: "],
        [`ws+unix:${site.at.socketPath}:/end`, "a redirect to a Unix socket: "],
      ];
      for (const [to, message] of cases) {
        const error = await failure(way, site.redirect(to), { followRedirects: true });
        assertStringIncludes(error.message, message);
      }
    });

    it("lead to TLS, and from there to none only when allowed", async () => {
      const { at } = site;
      const tls = { caCerts: at.ca };
      const up = await way.visit(site.redirect(`https://${at.secure}/end`), { followRedirects: true, tls });
      assertEquals(up.url, `wss://${at.secure}/end`);
      const down = site.redirect(`ws://${at.plain}/end`, { origin: `wss://${at.secure}` });
      assertEquals(
        (await failure(way, down, { followRedirects: true, tls })).message,
        "Cannot open the WebSocket: a redirect from TLS to none: " +
          `wss://${at.secure}/redirect?… → ws://${at.plain}/end`,
      );
      const allowed = await way.visit(down, { ...secrets, followRedirects: { allowDowngrade: true }, tls });
      assertEquals(allowed.url, `ws://${at.plain}/end`);
      assertEquals(JSON.stringify(allowed.seen).includes("s3cr3t"), false);
    });

    it("share one handshakeTimeout", async () => {
      const url = site.redirect("/silence");
      const error = await assertRejects(
        () => way.visit(url, { followRedirects: true, handshakeTimeout: 300 }),
        WebSocketError,
      );
      assertEquals([error.code, error.phase], ["Timeout", "upgrade"]);
    });

    it("are not read beyond their header", async () => {
      const visit = await way.visit(site.redirect("/end", { more: "&endless" }), { followRedirects: true });
      assertEquals(visit.seen.resource, "/end");
    });

    it("of a Unix socket's server stay there, unless they name another host", async () => {
      const origin = `ws+unix:${site.at.socketPath}:`;
      for (const to of ["/end", "http://localhost/end"]) {
        const visit = await way.visit(site.redirect(to, { origin }), { followRedirects: true });
        assertEquals(visit.url, `${origin}/end`);
      }
      const away = await way.visit(site.redirect(`http://${site.at.plain}/end`, { origin }), {
        followRedirects: true,
        headers: { cookie: "s3cr3t" },
      });
      assertEquals(away.url, `ws://${site.at.plain}/end`);
      assertEquals(away.seen.headers.cookie, undefined);
    });
  });
}

describe("redirects", () => {
  it("options that are none are refused by name", async () => {
    const wrong: readonly (readonly [value: unknown, name: string])[] = [
      [-1, "followRedirects"],
      [1.5, "followRedirects"],
      [101, "followRedirects"],
      ["yes", "followRedirects"],
      [null, "followRedirects"],
      [{ limit: -1 }, "followRedirects.limit"],
      [{ allowDowngrade: 1 }, "followRedirects.allowDowngrade"],
      [{ max: 1 }, "followRedirects.max"],
    ];
    for (const [followRedirects, name] of wrong) {
      const options = { followRedirects } as ClientOptions;
      const error = await assertRejects(
        () => NonBlockingClient.connect("ws://127.0.0.1:1", options),
        WebSocketError,
      );
      assertEquals(error.code, "InvalidConfiguration");
      assertStringIncludes(error.message, `options: ${name} `);
    }
  });

  it("have a fresh key each", async () => {
    const keys: (string | undefined)[] = [];
    await using server = await rawServer(async (peer) => {
      const request = await peer.readRequest();
      keys.push(request.header("sec-websocket-key"));
      if (keys.length < 3) {
        await peer.send(`HTTP/1.1 307 Elsewhere\r\nLocation: /${keys.length}\r\nContent-Length: 0\r\n\r\n`);
        return;
      }
      await peer.send(answerTo(request));
      await peer.readFrame();
      await peer.send(closeFrame(1000));
    });
    const client = await NonBlockingClient.connect(server.url, { followRedirects: true });
    client.close();
    await client.run({});
    assertEquals([keys.length, new Set(keys).size], [3, 3]);
  });

  it("are told to the logger", async () => {
    const lines: string[] = [];
    const log = (line: string) => void lines.push(line.replace(/^websocket \d+: /, ""));
    const logger = { debug: log, info: log, warn: log, error: log };
    const { at } = site;
    const [way] = ways;
    await way.visit(site.redirect(`ws://${at.other}/end`), { followRedirects: true, logger });
    assert(lines.includes(`${at.plain} redirects to ${at.other}`), lines.join("\n"));
  });

  it("leave no connection behind, whatever their bodies", async () => {
    let requests = 0;
    await using server = await rawServer(async (peer) => {
      const { target } = await peer.readRequest();
      await peer.send(`HTTP/1.1 302 Elsewhere\r\nLocation: ${target}${++requests}\r\n\r\nendless`);
      await peer.closed();
    });
    const connecting = NonBlockingClient.connect(server.url, { followRedirects: 3 });
    await assertRejects(() => connecting, WebSocketError, "more than 3 redirects");
    // Throws if one of its connections has not been closed.
    await server.close();
    assertEquals(requests, 4);
  });
});
