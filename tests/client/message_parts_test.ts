import { describe, it } from "node:test";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  AsyncClient,
  BlockingClient,
  type Handler,
  type MessagePart,
  NonBlockingClient,
  WebSocketError,
  type WebSocketEvent,
} from "../../mod.ts";
import { serversOfThisRuntime, wsServer } from "../support/servers.ts";
import { PeerThread } from "../thread/peer_thread.ts";
import { end, memoryClient } from "./memory_client.ts";
import { bounded, transports } from "./setup.ts";

/** Characters of every length, and more than is read at once. */
const LARGE = "aé€😀".repeat(30_000);
const BYTES = new TextEncoder().encode(LARGE);

/** Puts messages together from their parts. */
class Gathering {
  readonly messages: string[] = [];
  parts = 0;
  #current: string | undefined;
  readonly #decoder = new TextDecoder();

  take(data: string | Uint8Array, first: boolean, final: boolean): this {
    assertEquals(first, this.#current === undefined);
    const text = typeof data === "string" ? data : this.#decoder.decode(data, { stream: !final });
    this.#current = (this.#current ?? (typeof data === "string" ? "text " : "binary ")) + text;
    this.parts++;
    if (final) {
      this.messages.push(this.#current);
      this.#current = undefined;
    }
    return this;
  }

  part({ type, text, bytes, first, final }: MessagePart): this {
    return this.take(type === "text" ? text : bytes, first, final);
  }

  event(event: WebSocketEvent): this {
    if (event.type === "textPart" || event.type === "binaryPart") {
      this.take(event.data, event.first, event.final);
    }
    return this;
  }

  check(): void {
    assertEquals(this.messages.map((message) => message.slice(0, 8)), [
      "text aé€😀".slice(0, 8),
      "binary a",
      "text ",
    ]);
    assert(this.messages[0] === `text ${LARGE}` && this.messages[1] === `binary ${LARGE}`);
    assert(this.parts > 3, `${this.parts} parts`);
  }
}

/** Sends a large text, as much binary, and an empty text, and closes when they have come back. */
function handler<Client extends NonBlockingClient | BlockingClient>(gathering: Gathering): Handler<Client> {
  return {
    onActivated(client) {
      client.sendText(LARGE);
      client.sendBinary(BYTES);
      client.sendText("");
    },
    onMessagePart(client, part) {
      if (gathering.part(part).messages.length === 3) client.close();
    },
  };
}

const messageParts = true;

describe("messages in parts: the non-blocking client", () => {
  for (const transport of transports) {
    it(`over the transport ${transport}, against every server, compressed and not`, async () => {
      for (const kind of serversOfThisRuntime()) {
        for (const perMessageDeflate of [false, true]) {
          await using server = await kind.start({ perMessageDeflate });
          const options = { transport, messageParts, perMessageDeflate };
          const client = await NonBlockingClient.connect(server.url, options);
          const gathering = new Gathering();
          await bounded("the echoes", client.run(handler(gathering)));
          gathering.check();
          assertEquals([client.stats.messagesSent, client.stats.messagesReceived], [3, 3]);
        }
      }
    });
  }

  it("a handler that takes messages in the other way is refused", async () => {
    const whole = await memoryClient();
    const onlyParts = { onMessagePart: () => {} };
    const error = await assertRejects(() => whole.client.run(onlyParts), WebSocketError);
    assertEquals(
      [error.code, error.message],
      ["InvalidConfiguration", "run: the handler's onMessagePart needs the option messageParts: true"],
    );
    await end(whole.client);
    const parts = await memoryClient({ messageParts });
    for (const handler of [{ onTextMessage: () => {} }, { onBinaryMessage: () => {} }]) {
      const error = await assertRejects(() => parts.client.run(handler), WebSocketError);
      assertEquals(
        [error.code, error.message],
        [
          "InvalidConfiguration",
          "run: messages come to onMessagePart with the option messageParts, and the handler has none",
        ],
      );
    }
    await end(parts.client);
    const bad = await assertRejects(() => memoryClient({ messageParts: 1 as never }), WebSocketError);
    assertEquals(bad.message, "options: messageParts is 1, allowed: true or false");
  });
});

describe("messages in parts: the blocking client", () => {
  for (const transport of [undefined, "syscall"] as const) {
    it(`by a handler, transport ${transport ?? "its own"}`, async () => {
      await using peer = await PeerThread.start("echo");
      const client = BlockingClient.connect(peer.url, { transport, messageParts });
      const refused = assertThrows(() => client.run({ onTextMessage: () => {} }), WebSocketError);
      assertEquals(refused.code, "InvalidConfiguration");
      const gathering = new Gathering();
      client.run(handler(gathering));
      gathering.check();
      await peer.finish();
    });

    it(`by read(), with little room, transport ${transport ?? "its own"}`, async () => {
      await using peer = await PeerThread.start("echo");
      const client = BlockingClient.connect(peer.url, { transport, messageParts, eventCapacity: 20_000 });
      client.sendText(LARGE);
      client.sendBinary(BYTES);
      client.sendText("");
      const gathering = new Gathering();
      for (const event of client) if (gathering.event(event).messages.length === 3) client.close();
      gathering.check();
      await peer.finish();
    });
  }
});

describe("messages in parts: the async client", () => {
  for (const perMessageDeflate of [false, { threshold: 0 }]) {
    it(`by events, with little room, ${perMessageDeflate ? "compressed" : "as they are"}`, async () => {
      await using server = await wsServer({ perMessageDeflate: perMessageDeflate !== false });
      const options = { messageParts, perMessageDeflate, eventCapacity: 20_000 };
      const client = await AsyncClient.connect(server.url, options);
      const thread = client.run();
      await client.control.sendText(LARGE);
      await client.control.sendBinary(BYTES);
      await client.control.sendText("");
      const gathering = new Gathering();
      const reading = (async () => {
        for await (const event of client.events) {
          if (gathering.event(event).messages.length === 3) await client.control.close();
        }
      })();
      await bounded("the events", reading);
      assertEquals((await bounded("the end", thread.join())).code, 1000);
      gathering.check();
    });
  }
});
