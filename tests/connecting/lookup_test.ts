import { after, before, describe, it } from "node:test";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { type ClientOptions, type Lookup, NonBlockingClient, WebSocketError } from "../../mod.ts";
import { bounded } from "../client/setup.ts";
import { Site } from "./site.ts";
import { endWays, type Way, ways } from "./ways.ts";

let site: Site;
let port: string;
before(async () => {
  site = await Site.start();
  port = site.at.plain.split(":")[1]!;
});
after(async () => {
  await endWays();
  await site.stop();
});

/** What a function answers, by a promise where that is of use. */
function answering<T>(way: Way, answer: T): T | Promise<T> {
  return way.blocks ? answer : Promise.resolve(answer);
}

async function failure(
  way: Way,
  lookup: unknown,
  url = `ws://feed.example:${port}/`,
): Promise<WebSocketError> {
  return await assertRejects(() => way.visit(url, { lookup: lookup as Lookup }), WebSocketError);
}

for (const way of ways) {
  describe(`lookup (${way.name})`, () => {
    it("a table says where a name is, in any case", async () => {
      for (const answer of ["127.0.0.1", ["127.0.0.1"], [{ address: "127.0.0.1", family: 4 }]]) {
        const lookup = { "Feed.example": answer, "other.example": "192.0.2.1" };
        const { url, seen, timings } = await way.visit(`ws://FEED.example:${port}/end`, { lookup });
        assertEquals(url, `ws://feed.example:${port}/end`);
        assertEquals(seen.headers.host, `feed.example:${port}`);
        assert(timings.lookup > 0);
      }
    });

    it("a function is asked for the name, on this thread", async () => {
      const asked: string[] = [];
      const lookup: Lookup = (host, { signal }) => {
        asked.push(`${host} ${signal.aborted}`);
        return answering(way, ["127.0.0.1"]);
      };
      await way.visit(`ws://feed.example:${port}/`, { lookup });
      assertEquals(asked, ["feed.example false"]);
    });

    it("a name that is not known to it is left to the system", async () => {
      const url = `ws://localhost:${port}/`;
      for (const lookup of [{ "feed.example": "192.0.2.1" }, () => answering(way, undefined)]) {
        assertEquals((await way.visit(url, { lookup })).url, url);
      }
    });

    it("an IP address is not looked up", async () => {
      const lookup: Lookup = () => {
        throw new Error("asked");
      };
      await way.visit(`ws://127.0.0.1:${port}/`, { lookup });
    });

    it("each redirect to a name is looked up", async () => {
      const asked: string[] = [];
      const lookup: Lookup = (host) => {
        asked.push(host);
        return answering(way, "127.0.0.1");
      };
      const url = site.redirect(`ws://two.example:${port}/end`, { origin: `ws://one.example:${port}` });
      const visit = await way.visit(url, { lookup, followRedirects: true });
      assertEquals(visit.url, `ws://two.example:${port}/end`);
      assertEquals(asked, ["one.example", "two.example"]);
    });

    it("the certificate is checked for the name", async () => {
      const { secure, ca } = site.at;
      const options = { tls: { caCerts: ca }, lookup: { "wrong.example": "127.0.0.1" } };
      const url = `wss://wrong.example:${secure.split(":")[1]}/`;
      const error = await assertRejects(() => way.visit(url, options), WebSocketError);
      assertEquals(error.code, "TlsFailed");
      assertStringIncludes(error.message, "the certificate is for another host");
    });

    it("a function that fails is ConnectionFailed, with its error", async () => {
      const cause = Object.assign(new Error("the registry is down"), { code: "EREGISTRY" });
      const failing: readonly Lookup[] = [
        () => {
          throw cause;
        },
        ...way.blocks ? [] : [() => Promise.reject(cause)],
      ];
      for (const lookup of failing) {
        const error = await failure(way, lookup);
        assertEquals(error.code, "ConnectionFailed");
        assertEquals(error.message, "Cannot look up feed.example: the registry is down");
        assertEquals((error.cause as typeof cause).code, "EREGISTRY");
      }
      const none = await failure(way, () => answering(way, []));
      assertEquals(none.code, "ConnectionFailed");
      assertEquals(none.message, "Cannot look up feed.example: the name has no address");
    });

    it("an answer that is no IP address is refused with its value", async () => {
      for (const answer of ["feed.local", "", 4, null, ["127.0.0.1", "x"], [{ host: "127.0.0.1" }], {}]) {
        const error = await failure(way, () => answering(way, answer));
        assertEquals(error.code, "InvalidConfiguration", String(answer));
        assertStringIncludes(error.message, "options: lookup answered ");
        assertStringIncludes(error.message, " for feed.example, allowed: an IP address or a list of them");
      }
    });

    if (way.blocks) {
      it("a promise is refused where nobody can wait for it", async () => {
        for (const answer of [Promise.resolve("127.0.0.1"), Promise.reject(new Error("ignored"))]) {
          const error = await failure(way, () => answer);
          assertEquals(error.code, "InvalidConfiguration");
          assertStringIncludes(error.message, "lookup answered a promise");
        }
      });
    } else {
      it("a function that does not answer is given up in phase lookup, and told so", async () => {
        const aborted = Promise.withResolvers<void>();
        const lookup: Lookup = (_host, { signal }) => {
          signal.addEventListener("abort", () => aborted.resolve());
          return new Promise(() => {});
        };
        const visit = way.visit(`ws://feed.example:${port}/`, { lookup, handshakeTimeout: 100 });
        const error = await assertRejects(() => visit, WebSocketError);
        assertEquals([error.code, error.phase], ["Timeout", "lookup"]);
        await bounded("the signal", aborted.promise);
      });

      it("aborting does not wait for a function", async () => {
        const controller = new AbortController();
        const lookup: Lookup = () => {
          queueMicrotask(() => controller.abort());
          return new Promise(() => {});
        };
        const visit = way.visit(`ws://feed.example:${port}/`, { lookup, signal: controller.signal });
        assertEquals((await assertRejects(() => visit, WebSocketError)).code, "Aborted");
      });
    }
  });
}

it("a lookup that is none is refused by name", async () => {
  const wrong: readonly (readonly [value: unknown, name: string])[] = [
    ["127.0.0.1", "lookup"],
    [["127.0.0.1"], "lookup"],
    [null, "lookup"],
    [1, "lookup"],
    [{ "feed.example": "feed.local" }, 'lookup["feed.example"]'],
    [{ "feed.example": [] }, 'lookup["feed.example"]'],
    [{ "feed.example": ["127.0.0.1", 1] }, 'lookup["feed.example"]'],
    [{ "feed.example": undefined }, 'lookup["feed.example"]'],
  ];
  for (const [lookup, name] of wrong) {
    const options = { lookup } as ClientOptions;
    const error = await assertRejects(
      () => NonBlockingClient.connect("ws://feed.example:1", options),
      WebSocketError,
    );
    assertEquals(error.code, "InvalidConfiguration");
    assertStringIncludes(error.message, `options: ${name} is `);
  }
});
