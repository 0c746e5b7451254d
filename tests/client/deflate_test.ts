import { describe, it } from "node:test";
import { assertEquals, assertLess, assertMatch } from "@std/assert";
import { AsyncClient, NonBlockingClient, type PerMessageDeflateOptions } from "../../mod.ts";
import { serversOfThisRuntime, wsServer } from "../support/servers.ts";
import { bounded, runtime, transports } from "./setup.ts";

/** Bytes in a message. */
const sizes = [0, 1, 100, 1023, 1024, 4096, 65_535, 65_536, 262_144, 1_048_576];
const line = '{"symbol":"ABC","price":100.25,"text":"é€😀"},';
const texts = sizes.map((size) => line.repeat(size / line.length + 1).slice(0, size));

/** Sends all of these, and answers what came back; with the client, to be asked. */
async function echoes(url: string, options: Parameters<typeof NonBlockingClient.connect>[1]) {
  const client = await NonBlockingClient.connect(url, options);
  const heard: string[] = [];
  const close = await bounded(
    "the echoes",
    client.run({
      onActivated: (client) => texts.forEach((text) => client.sendText(text)),
      onTextMessage: (client, { text }) => void (heard.push(text) === texts.length && client.close()),
    }),
  );
  assertEquals([close.code, heard.map(({ length }) => length)], [1000, texts.map(({ length }) => length)]);
  assertEquals(heard.every((text, i) => text === texts[i]), true);
  return client;
}

const offers: readonly PerMessageDeflateOptions[] = [
  {},
  { threshold: 0 },
  { serverNoContextTakeover: true },
  { clientNoContextTakeover: true },
  { serverNoContextTakeover: true, clientNoContextTakeover: true },
  { clientMaxWindowBits: 8 },
  { clientMaxWindowBits: 10, level: 1 },
  { clientMaxWindowBits: false, memLevel: 1 },
];

describe("client: permessage-deflate", () => {
  for (const kind of serversOfThisRuntime()) {
    // Deno's server does not compress.
    if (kind.name === "Deno.serve") continue;

    it(`messages of 0 to 1 MiB there and back, against ${kind.name}, whatever is offered`, async () => {
      await using server = await kind.start({ perMessageDeflate: true });
      for (const perMessageDeflate of offers) {
        const { extensions, stats } = await echoes(server.url, { perMessageDeflate });
        assertMatch(extensions, /^permessage-deflate/, JSON.stringify(perMessageDeflate));
        assertLess(stats.bytesSent, 200_000);
      }
    });
  }

  // In Bun, its own server stands behind that name, and takes no parameters.
  const answers = runtime === "bun" ? [] : [
    { serverNoContextTakeover: true },
    { clientNoContextTakeover: true },
    { serverMaxWindowBits: 9 },
    { clientMaxWindowBits: 9 },
    { serverMaxWindowBits: 10, clientMaxWindowBits: 10, serverNoContextTakeover: true, threshold: 0 },
    { threshold: 0, zlibDeflateOptions: { level: 0 } },
    { threshold: 0, zlibDeflateOptions: { level: 9, memLevel: 9 } },
  ];
  for (const answer of answers) {
    it(`messages of 0 to 1 MiB there and back, where the server wants ${JSON.stringify(answer)}`, async () => {
      await using server = await wsServer({ perMessageDeflate: answer });
      await echoes(server.url, { perMessageDeflate: true });
    });
  }

  for (const transport of transports) {
    it(`over the transport ${transport}, on this thread and on another`, async () => {
      await using server = await wsServer({ perMessageDeflate: true });
      await echoes(server.url, { perMessageDeflate: true, transport });
      const client = await AsyncClient.connect(server.url, {
        perMessageDeflate: { threshold: 0 },
        transport,
      });
      const thread = client.run();
      for (const text of texts) await client.control.sendText(text);
      let at = 0;
      for await (const event of client.events) {
        if (event.type !== "text") continue;
        assertEquals(event.data === texts[at], true, `text ${at}`);
        if (++at === texts.length) await client.control.close();
      }
      assertEquals([at, (await bounded("the end", thread.join())).code], [texts.length, 1000]);
      assertLess(client.stats.bytesSent, 200_000);
    });
  }

  it("a message that is not to be compressed is sent as it is, from either thread", async () => {
    await using server = await wsServer({ perMessageDeflate: true });
    const text = "a".repeat(5000);
    const sent: number[] = [];
    for (const compress of [true, false]) {
      const client = await NonBlockingClient.connect(server.url, { perMessageDeflate: true });
      const running = client.run({});
      client.sendText(text, { compress });
      client.sendBinary(new Uint8Array(5000), { compress });
      client.close();
      await bounded("the end", running);
      sent.push(client.stats.bytesSent);

      const remote = await AsyncClient.connect(server.url, { perMessageDeflate: true });
      const thread = remote.run();
      await remote.control.sendText(text, { compress });
      await remote.control.sendBinary(new Uint8Array(5000), { compress });
      await remote.control.close();
      await bounded("the end", thread.join());
      sent.push(remote.stats.bytesSent);
    }
    // Both messages with their headers, and Close.
    const plain = 2 * 5008 + 8;
    assertEquals(sent.slice(2), [plain, plain]);
    for (const compressed of sent.slice(0, 2)) assertLess(compressed, 100);
  });

  it("a server that does not compress is talked to all the same", async () => {
    await using server = await wsServer();
    const { extensions } = await echoes(server.url, { perMessageDeflate: true });
    assertEquals(extensions, "");
  });
});
