/**
 * Several addresses for one name: RFC 8305 on every transport, against real sockets.
 */
import { readFileSync } from "node:fs";
import process from "node:process";
import { after, before, describe, it } from "node:test";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { WebSocketError } from "../../mod.ts";
import { until } from "../client/setup.ts";
import { FullListener } from "../transport/syscall/full_listener.ts";
import { unusedPort } from "../transport/peer.ts";
import { Site } from "./site.ts";
import { endWays, ways } from "./ways.ts";

/** Only Linux has all of 127.0.0.0/8. */
const skip = process.platform !== "linux";

let site: Site;
/** At 127.0.0.1 it never accepts; at 127.0.0.2 there is a server. */
let full: FullListener;
before(async () => {
  if (skip) return;
  full = new FullListener();
  site = await Site.start();
  await site.listen({ host: "127.0.0.2", port: full.port });
});
after(async () => {
  if (skip) return;
  await endWays();
  await site.stop();
  full.close();
});

for (const way of ways) {
  describe(`several addresses (${way.name})`, { skip }, () => {
    it("one that does not answer is overtaken by the next, and given up", async () => {
      const before = attemptsTo(full.port);
      const lookup = { "feed.example": ["127.0.0.1", "127.0.0.2"] };
      const visit = await way.visit(`ws://feed.example:${full.port}/end`, { lookup });
      assertEquals(visit.seen.resource, "/end");
      assertEquals(visit.seen.localAddress, "127.0.0.2");
      // `Bun.connect` cannot be called off: the attempt ends with the system's patience, two minutes later.
      if (way.transport === "bun") return;
      await until("the other attempt to end", () => attemptsTo(full.port) === before);
    });

    it("one that refuses is passed over", async () => {
      const port = Number(site.at.plain.split(":")[1]);
      const lookup = { "feed.example": ["127.0.0.3", "::1", "127.0.0.1"] };
      const visit = await way.visit(`ws://feed.example:${port}/end`, { lookup });
      assertEquals(visit.seen.localAddress, "127.0.0.1");
    });

    it("when all refuse, the error has the reason of each", async () => {
      const lookup = { "feed.example": ["127.0.0.1", "127.0.0.2", "127.0.0.3"] };
      const port = await unusedPort();
      const visit = way.visit(`ws://feed.example:${port}/`, { lookup });
      const error = await assertRejects(() => visit, WebSocketError);
      assertEquals(error.code, "ConnectionFailed");
      assertEquals(error.message, `Cannot connect to feed.example:${port}: connection refused`);
      assertEquals((error.cause as Error).name, "AggregateError");
      if (error.cause instanceof AggregateError) assertEquals(error.cause.errors.length, 3);
      else assert(way.name.startsWith("async") || way.name.startsWith("blocking"), "from another thread");
    });

    it("when none answers, it is in phase tcp that time is up", async () => {
      const lookup = { "feed.example": ["127.0.0.1"] };
      const visit = way.visit(`ws://feed.example:${full.port}/`, { lookup, handshakeTimeout: 150 });
      const error = await assertRejects(() => visit, WebSocketError);
      assertEquals([error.code, error.phase], ["Timeout", "tcp"]);
    });
  });
}

/** The sockets of this machine that try to connect to 127.0.0.1 at a port. */
function attemptsTo(port: number): number {
  const remote = `0100007F:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const synSent = "02";
  const sockets = readFileSync("/proc/net/tcp", "utf8").split("\n").map((line) => line.trim().split(/\s+/));
  return sockets.filter(([, , to, state]) => to === remote && state === synSent).length;
}
