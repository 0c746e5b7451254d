import { after, before, describe, it } from "node:test";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { type TimeoutPhase, WebSocketError } from "../../mod.ts";
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

/** The phases that took time. */
function measured(timings: object): string[] {
  return Object.entries(timings).filter(([, time]) => time > 0).map(([phase]) => phase);
}

for (const way of ways) {
  describe(`phases (${way.name})`, () => {
    it("each has its own time", async () => {
      const { plain, secure, socketPath, ca } = site.at;
      const [, port] = secure.split(":");
      const name = await way.visit(`wss://localhost:${port}/`, { tls: { caCerts: ca } });
      assertEquals(measured(name.timings), ["lookup", "tcp", "tls", "upgrade", "total"]);
      const { total, ...phases } = name.timings;
      const sum = Object.values(phases).reduce((sum, time) => sum + time, 0);
      assert(sum <= total + 1e-6, `${sum} in ${total}`);
      const address = await way.visit(`ws://${plain}/`);
      assertEquals(measured(address.timings), ["tcp", "upgrade", "total"]);
      const unix = await way.visit(`ws+unix:${socketPath}`);
      assertEquals(measured(unix.timings), ["tcp", "upgrade", "total"]);
    });

    it("what takes too long is named", async () => {
      const { plain, mute, ca } = site.at;
      const cases: readonly (readonly [url: string, phase: TimeoutPhase])[] = [
        [`wss://${mute}/`, "tls"],
        [`ws://${plain}/silence`, "upgrade"],
      ];
      for (const [url, phase] of cases) {
        const visit = way.visit(url, { handshakeTimeout: 150, tls: { caCerts: ca } });
        const error = await assertRejects(
          () => visit,
          WebSocketError,
          `handshakeTimeout, 150 ms: in phase ${phase}`,
        );
        assertEquals([error.code, error.phase], ["Timeout", phase]);
      }
    });
  });
}
