import { describe, it } from "node:test";
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  AsyncClient,
  BlockingClient,
  NonBlockingClient,
  type NonBlockingOptions,
  WebSocketError,
} from "../../mod.ts";
import pakoCodec from "../../examples/support/pako_codec.ts";
import { wsServer } from "../support/servers.ts";
import { bounded, transports } from "./setup.ts";

const pakoUrl = new URL("../../examples/support/pako_codec.ts", import.meta.url);
const nowhere = "ws://127.0.0.1:9";

/** The message of the error that refuses these options. */
async function refusal(connect: () => unknown): Promise<string> {
  const error = await assertRejects(async () => await connect(), WebSocketError);
  assertEquals(error.code, "InvalidConfiguration");
  return error.message;
}

describe("client: codecs and options of permessage-deflate", () => {
  it("a codec of one's own works on this thread, by itself or by its URL", async () => {
    await using server = await wsServer({ perMessageDeflate: true });
    for (const codec of [pakoCodec, pakoUrl, pakoUrl.href]) {
      for (const transport of transports) {
        const perMessageDeflate = { codec, threshold: 0 };
        const client = await NonBlockingClient.connect(server.url, { perMessageDeflate, transport });
        const heard: string[] = [];
        await bounded(
          "the end",
          client.run({
            onActivated: (client) => client.sendText("hello hello hello hello"),
            onTextMessage: (client, { text }) => {
              heard.push(text);
              client.close();
            },
          }),
        );
        assertEquals(heard, ["hello hello hello hello"]);
      }
    }
  });

  it("a codec's URL works on another thread", async () => {
    await using server = await wsServer({ perMessageDeflate: true });
    for (const codec of [pakoUrl, pakoUrl.href]) {
      const client = await AsyncClient.connect(server.url, { perMessageDeflate: { codec, threshold: 0 } });
      const thread = client.run();
      await client.control.sendText("hello hello hello hello");
      const heard: string[] = [];
      for await (const event of client.events) {
        if (event.type === "text" && heard.push(event.data)) await client.control.close();
      }
      await bounded("the end", thread.join());
      assertEquals(heard, ["hello hello hello hello"]);
      assertEquals(client.stats.bytesSent < 40, true);
    }
  });

  it("a codec that cannot go where it is needed is refused by name", async () => {
    const onOtherThread = "options: perMessageDeflate.codec must be a module's URL here: " +
      "the connection lives on another thread, and functions cannot go there";
    const perMessageDeflate = { codec: pakoCodec };
    assertEquals(await refusal(() => AsyncClient.connect(nowhere, { perMessageDeflate })), onOtherThread);
    assertEquals(await refusal(() => BlockingClient.connect(nowhere, { perMessageDeflate })), onOtherThread);
    const whileWaiting = "options: perMessageDeflate.codec must be the codec itself here: " +
      "a module cannot be loaded while this thread waits";
    const byUrl = { perMessageDeflate: { codec: pakoUrl }, transport: "syscall" } as const;
    assertEquals(await refusal(() => NonBlockingClient.connectSync(nowhere, byUrl)), whileWaiting);
    assertEquals(await refusal(() => BlockingClient.connect(nowhere, byUrl)), whileWaiting);
  });

  it("a module without a codec, or that does not load, is refused by name, on either thread", async () => {
    const empty = new URL("./setup.ts", import.meta.url);
    const missing = new URL("./there_is_no_such_codec.ts", import.meta.url);
    for (const Client of [NonBlockingClient, AsyncClient]) {
      assertEquals(
        await refusal(() => Client.connect(nowhere, { perMessageDeflate: { codec: empty } })),
        "options: perMessageDeflate.codec: the module's default export is not a codec",
      );
      const message = await refusal(() => Client.connect(nowhere, { perMessageDeflate: { codec: missing } }));
      assertEquals(message.startsWith("options: perMessageDeflate.codec cannot be loaded: "), true, message);
    }
  });

  it("values that are not allowed are refused by name", () => {
    const bad: readonly (readonly [options: unknown, message: string])[] = [
      ["yes", 'perMessageDeflate is "yes", allowed: true or false, or an object'],
      [null, "perMessageDeflate is null, allowed: true or false, or an object"],
      [{ window: 9 }, "perMessageDeflate.window is not an option"],
      [
        { serverMaxWindowBits: 7 },
        "perMessageDeflate.serverMaxWindowBits is 7, allowed: an integer from 8 to 15",
      ],
      [
        { serverMaxWindowBits: true },
        "perMessageDeflate.serverMaxWindowBits is true, allowed: an integer from 8 to 15",
      ],
      [
        { clientMaxWindowBits: 16 },
        "perMessageDeflate.clientMaxWindowBits is 16, allowed: true or false, or an integer from 8 to 15",
      ],
      [
        { clientNoContextTakeover: 1 },
        "perMessageDeflate.clientNoContextTakeover is 1, allowed: true or false",
      ],
      [
        { threshold: -1 },
        "perMessageDeflate.threshold is -1, allowed: a number of bytes from 0 to 1073741824",
      ],
      [{ level: 10 }, "perMessageDeflate.level is 10, allowed: an integer from 0 to 9"],
      [{ memLevel: 0 }, "perMessageDeflate.memLevel is 0, allowed: an integer from 1 to 9"],
      [
        { releaseWhenIdle: 0 },
        "perMessageDeflate.releaseWhenIdle is 0, allowed: a number of milliseconds above 0 and at most 2147483647",
      ],
      [
        { codec: {} },
        "perMessageDeflate.codec is an object, allowed: a DeflateCodec, or the URL of a module that exports one by default",
      ],
      [
        { codec: "pako" },
        'perMessageDeflate.codec is "pako", allowed: a DeflateCodec, or the URL of a module that exports one by default',
      ],
    ];
    for (const [perMessageDeflate, message] of bad) {
      const options = { perMessageDeflate, transport: "syscall" } as NonBlockingOptions;
      const error = assertThrows(() => NonBlockingClient.connectSync(nowhere, options), WebSocketError);
      assertEquals([error.code, error.message], ["InvalidConfiguration", `options: ${message}`]);
    }
  });
});
