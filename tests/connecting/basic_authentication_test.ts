import { after, before, describe, it } from "node:test";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { WebSocketError } from "../../mod.ts";
import { unusedPort } from "../transport/peer.ts";
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
  describe(`user name and password in the URL (${way.name})`, () => {
    it("are sent as Authorization, in UTF-8, and are not in the client's url", async () => {
      const visit = await way.visit(`ws://us%40er:p%C3%A4ss%3Aword@${site.at.plain}/end`);
      assertEquals(visit.url, `ws://${site.at.plain}/end`);
      const [scheme, credentials] = visit.seen.headers.authorization!.split(" ");
      assertEquals(scheme, "Basic");
      const bytes = Uint8Array.from(atob(credentials!), (character) => character.charCodeAt(0));
      assertEquals(new TextDecoder().decode(bytes), "us@er:päss:word");
    });

    it("are refused together with an authorization header", async () => {
      const url = `ws://user:s3cr3t@${site.at.plain}/`;
      const visit = way.visit(url, { headers: { Authorization: "Bearer s3cr3t" } });
      const error = await assertRejects(() => visit, WebSocketError);
      assertEquals(error.code, "InvalidConfiguration");
      assertEquals(error.message, 'Invalid header "authorization": the URL has a user name or password, too');
    });

    it("are in no error and no log line", async () => {
      const lines: string[] = [];
      const log = (line: string) => void lines.push(line);
      const logger = { debug: log, info: log, warn: log, error: log };
      const port = await unusedPort();
      const refused = site.redirect("/x").replace("//", "//user:s3cr3t@");
      for (const url of [`ws://user:s3cr3t@127.0.0.1:${port}/`, refused]) {
        const error = await assertRejects(() => way.visit(url, { logger }), WebSocketError);
        for (let at: unknown = error; at instanceof Error; at = at.cause) {
          lines.push(`${at.message} ${at.stack}`);
        }
      }
      await way.visit(`ws://user:s3cr3t@${site.at.plain}/`, { logger });
      assert(lines.length > 2);
      for (const line of lines) assert(!line.includes("s3cr3t") && !line.includes(btoa("user:s3cr3t")), line);
    });
  });
}
