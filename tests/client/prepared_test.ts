import { describe, it } from "node:test";
import { assertEquals } from "@std/assert";
import { AsyncClient, BlockingClient, NonBlockingClient, prepareBinary, prepareText } from "../../mod.ts";
import { serversOfThisRuntime } from "../support/servers.ts";
import { PeerThread } from "../thread/peer_thread.ts";
import { bounded, transports } from "./setup.ts";

const text = prepareText("grüße, ".repeat(1000));
const binary = prepareBinary(new Uint8Array([1, 2, 3]));

describe("prepared messages", () => {
  for (const transport of transports) {
    it(`non-blocking, transport ${transport}: one message for several clients, compressed and not`, async () => {
      for (const perMessageDeflate of [false, true, { clientNoContextTakeover: true }]) {
        await using server = await serversOfThisRuntime()[0]!.start({
          perMessageDeflate: perMessageDeflate !== false,
        });
        for (let client = 0; client < 2; client++) {
          const client = await NonBlockingClient.connect(server.url, { transport, perMessageDeflate });
          const heard: (string | number)[] = [];
          const run = client.run({
            onActivated(client) {
              client.sendPrepared(text);
              client.sendPrepared(binary);
              client.sendPrepared(text, { compress: false });
            },
            onTextMessage: (client, { text }) => void (heard.push(text) === 3 && client.close()),
            onBinaryMessage: (_, { byteLength }) => void heard.push(byteLength),
          });
          await bounded("the echoes", run);
          assertEquals(heard, ["grüße, ".repeat(1000), 3, "grüße, ".repeat(1000)]);
        }
      }
    });
  }

  for (const transport of [undefined, "syscall"] as const) {
    it(`blocking, transport ${transport ?? "its own"}`, async () => {
      await using peer = await PeerThread.start("echo");
      const client = BlockingClient.connect(peer.url, { transport, readTimeout: 4000 });
      assertEquals(client.read()?.type, "activated");
      assertEquals([client.sendPrepared(text), client.sendPrepared(binary)], [true, true]);
      assertEquals(client.read(), { type: "text", data: "grüße, ".repeat(1000) });
      assertEquals(client.read(), { type: "binary", data: new Uint8Array([1, 2, 3]) });
      client[Symbol.dispose]();
      await peer.finish();
    });
  }

  it("async", async () => {
    await using server = await serversOfThisRuntime()[0]!.start({});
    await using client = await AsyncClient.connect(server.url);
    client.run();
    assertEquals((await client.events.receive())?.type, "activated");
    assertEquals(await client.control.sendPrepared(text), { sent: true });
    assertEquals(await client.control.sendPrepared(binary), { sent: true });
    assertEquals(await bounded("the text", client.events.receive()), {
      type: "text",
      data: "grüße, ".repeat(1000),
    });
    assertEquals(await bounded("the bytes", client.events.receive()), {
      type: "binary",
      data: new Uint8Array([1, 2, 3]),
    });
  });
});
