import { describe, it } from "node:test";
import { assertEquals } from "@std/assert";
import { NonBlockingClient, type NonBlockingOptions } from "../../mod.ts";
import { Assembler as Message } from "../../src/core/assembler.ts";
import { PerMessageDeflate } from "../../src/core/deflate.ts";
import { OutputBuffer } from "../../src/core/output_buffer.ts";
import { IdleRelease } from "../../src/driver/idle_release.ts";
import { closeFrame, hex, opcodes, textFrame } from "../support/frames.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { CountingCodec } from "./deflate_counting_codec.ts";
import { type MemoryServer, memoryServer } from "./memory_server.ts";
import { bounded, until } from "./setup.ts";

/** "Hello", compressed. */
const hello = textFrame(hex("f2 48 cd c9 c9 07 00"), { rsv: 4 });

/** A client in memory that has sent a compressed message, and whose server has sent one. */
async function connected(codec: CountingCodec, options: NonBlockingOptions = {}, parameters = "") {
  const server = silentServer(parameters);
  const perMessageDeflate = { codec, threshold: 0, ...options.perMessageDeflate as object };
  const client = await NonBlockingClient.connect("ws://memory.example", {
    transport: server.transport,
    ...options,
    perMessageDeflate,
  });
  client.sendText("Hello");
  server.send(hello);
  return { client, server };
}

/** A server that takes messages without a word, and answers Close. */
function silentServer(parameters: string): MemoryServer {
  return memoryServer({
    headers: { "Sec-WebSocket-Extensions": `permessage-deflate${parameters}` },
    onFrame: (server, { opcode }) => {
      if (opcode !== opcodes.close) return;
      server.send(closeFrame(1000));
      server.end();
    },
  });
}

/** Ways to end: each ends the client, which may run or not. */
const endings: readonly ((connection: Awaited<ReturnType<typeof connected>>) => Promise<unknown>)[] = [
  ({ client }) => client.run({ onTextMessage: (client) => client.close() }),
  ({ client }) => client.run({ onTextMessage: (client) => client.forceQuit() }),
  ({ client, server }) => {
    server.send(closeFrame(1000));
    server.end();
    return client.run({});
  },
  ({ client, server }) => {
    server.send(textFrame(hex("06 00"), { rsv: 4 }));
    return client.run({ onError: () => {} });
  },
  ({ client }) => {
    const thrown = new Error("thrown by a callback");
    return client.run({
      onTextMessage: () => {
        throw thrown;
      },
    }).catch((error) => assertEquals(error, thrown));
  },
  ({ client }) => client[Symbol.asyncDispose](),
  ({ client }) => {
    client.forceQuit();
    return client.run({});
  },
];

describe("client: memory of permessage-deflate", () => {
  it("1,000 connections leave no stream of the codec behind, however they end", async () => {
    const codec = new CountingCodec();
    for (let count = 0; count < 1000; count++) {
      const connection = await connected(codec);
      await bounded("the end", endings[count % endings.length]!(connection));
    }
    assertEquals([codec.inflaters, codec.deflaters], [0, 0]);
    assertEquals(codec.made > 1500, true, `${codec.made} were made`);
  });

  it("a connection that compresses nothing takes no memory for it", async () => {
    const codec = new CountingCodec();
    const server = silentServer("");
    const client = await NonBlockingClient.connect("ws://memory.example", {
      transport: server.transport,
      perMessageDeflate: { codec },
    });
    const running = client.run({ onTextMessage: (client) => client.close() });
    client.sendText("short");
    server.send(textFrame("not compressed"));
    await bounded("the end", running);
    assertEquals(codec.made, 0);
  });

  const agreement = { serverMaxWindowBits: 15, clientMaxWindowBits: 15, clientNoContextTakeover: false };
  for (const serverNoContextTakeover of [true, false]) {
    it(`is given back when idle, serverNoContextTakeover ${serverNoContextTakeover}`, () => {
      const codec = new CountingCodec();
      const clock = new ManualClock();
      const deflate = new PerMessageDeflate({
        codec,
        agreement: { ...agreement, serverNoContextTakeover },
        threshold: 0,
        level: 6,
        memLevel: 8,
      });
      const release = new IdleRelease(deflate, clock, 100);
      const inUse = () => [codec.inflaters, codec.deflaters, clock.pending];
      const receive = () => {
        const message = new Message();
        deflate.receiver.write(hex("f2 48 cd c9 c9 07 00"), 0, 7, message);
        deflate.receiver.finish(message.length);
      };
      const send = () => deflate.sender.deflate(new Uint8Array(10), new OutputBuffer());

      assertEquals(inUse(), [0, 0, 0]);
      send();
      receive();
      assertEquals(inUse(), [1, 1, 1]);
      // A message puts it off, at most to the end of the next period.
      clock.advance(90);
      send();
      clock.advance(100);
      assertEquals(inUse(), [1, 1, 1]);
      clock.advance(100);
      // The server may refer to what it sent before.
      const inflaters = serverNoContextTakeover ? 0 : 1;
      assertEquals(inUse(), [inflaters, 0, 0]);
      receive();
      send();
      assertEquals(inUse(), [1, 1, 1]);
      // In the middle of a message nothing is given back that it needs.
      deflate.receiver.write(hex("f2 48"), 0, 2, new Message());
      clock.advance(200);
      assertEquals([codec.inflaters, codec.deflaters], [1, 0]);
      release.stop();
      deflate.close();
      assertEquals(inUse(), [0, 0, 0]);
    });
  }

  it("an idle client gives it back, and goes on as before", async () => {
    const codec = new CountingCodec();
    const options = { perMessageDeflate: { releaseWhenIdle: 20 } };
    const { client, server } = await connected(codec, options, "; server_no_context_takeover");
    let heard = 0;
    const running = client.run({ onTextMessage: () => void heard++ });
    for (let round = 1; round <= 2; round++) {
      await until("the message", () => heard === round);
      await until("the memory to be given back", () => codec.inflaters + codec.deflaters === 0);
      client.sendText("Hello");
      server.send(hello);
    }
    await until("the last message", () => heard === 3);
    client.close();
    await bounded("the end", running);
    assertEquals([codec.inflaters, codec.deflaters, codec.made], [0, 0, 6]);
  });
});
