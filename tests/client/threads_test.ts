import { describe, it } from "node:test";
import process from "node:process";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { AsyncClient, BlockingClient, IoThread, WebSocketError } from "../../mod.ts";
import { closeFrame, concat, opcodes, textFrame } from "../support/frames.ts";
import { type RawPeer, rawServer, withRawServer } from "../support/raw_server.ts";
import { PeerThread } from "../thread/peer_thread.ts";
import { ProgramThread } from "../thread/program_thread.ts";
import { describeClose } from "./recorder.ts";
import { bounded, runtime } from "./setup.ts";

async function closes(peer: RawPeer): Promise<void> {
  await peer.send(closeFrame(1000));
  await peer.end();
  await peer.closed();
}

/** Sends so many texts once the client has asked for them, then Close. */
function sends(count: number) {
  return async (peer: RawPeer) => {
    await peer.handshake();
    await peer.readFrame();
    const texts = Array.from({ length: count }, (_, number) => textFrame(`${number}`));
    await peer.send(concat(...texts, closeFrame(1000)));
    await peer.readFrame();
    await peer.end();
    await peer.closed();
  };
}

/** The numbers in `text` lines, in order of arrival. */
function numbersOf(lines: readonly string[]): number[] {
  return lines.filter((line) => line.startsWith("text ")).map((line) => Number(line.slice(5)));
}

function isAscending(numbers: readonly number[]): boolean {
  return numbers.every((number, index) => index === 0 || number > numbers[index - 1]!);
}

describe("several blocking clients", () => {
  it("each in a worker of its own, and one on the main thread, at once", async () => {
    await using peer = await PeerThread.start("echo");
    const rounds = 100;
    const program = { name: "echo", url: peer.url, rounds } as const;
    const threads = await Promise.all(
      Array.from({ length: 3 }, () => ProgramThread.start<string[]>(program)),
    );
    const client = BlockingClient.connect(peer.url);
    client.read();
    for (let round = 0; round < rounds; round++) {
      client.sendText(`${round}`);
      assertEquals(client.read(), { type: "text", data: `${round}` });
    }
    client.close();
    for (const _ of client);
    const expected = Array.from({ length: rounds }, (_, round) => `${round}`);
    for (const thread of threads) {
      assertEquals(await thread.result(), expected);
      await thread[Symbol.asyncDispose]();
    }
    await peer.finish();
  });

  it("on one thread, in turn", async () => {
    await using peer = await PeerThread.start("echo");
    const clients = [BlockingClient.connect(peer.url), BlockingClient.connect(peer.url)];
    for (const client of clients) client.read();
    for (const client of clients) client.sendText("hello");
    for (const client of clients) assertEquals(client.read(), { type: "text", data: "hello" });
    for (const client of clients) client[Symbol.dispose]();
    await peer.finish();
  });
});

describe("the ends of an async client in other threads", () => {
  for (const name of ["consume", "consumeBlocking"] as const) {
    it(`events: ${name}`, () =>
      withRawServer(sends(100), async (server) => {
        const client = await AsyncClient.connect(server.url);
        await using consumer = await ProgramThread.start<string[]>({ name, events: client.events.handle() });
        client.events.release();
        const thread = client.run();
        client.control.sendText("go");
        const lines = await bounded("the consumer", consumer.result());
        const texts = Array.from({ length: 100 }, (_, number) => `text ${number}`);
        assertEquals(lines, ["activated", ...texts, "closed", "quit"]);
        assertEquals(describeClose(await thread.join()), "1000 clean remote");
      }));
  }

  it("several receivers share the events, each goes to exactly one", () =>
    withRawServer(sends(2000), async (server) => {
      const client = await AsyncClient.connect(server.url);
      const events = client.events.handle();
      const consumers = [
        await ProgramThread.start<string[]>({ name: "consume", events }),
        await ProgramThread.start<string[]>({ name: "consumeBlocking", events }),
      ];
      client.run();
      client.control.sendText("go");
      const own: string[] = [];
      for await (const event of client.events) {
        own.push(event.type === "text" ? `text ${event.data}` : event.type);
      }
      const lists = [own, ...await Promise.all(consumers.map((consumer) => consumer.result()))];
      for (const consumer of consumers) await consumer[Symbol.asyncDispose]();
      assert(lists.every((lines) => isAscending(numbersOf(lines))), "order is kept for each");
      const all = lists.flat();
      assertEquals(numbersOf(all).sort((a, b) => a - b), Array.from({ length: 2000 }, (_, number) => number));
      assertEquals(all.filter((line) => !line.startsWith("text ")).sort(), ["activated", "closed", "quit"]);
    }));

  it("several senders: nothing is lost, and the order of each is kept", async () => {
    const count = 500;
    const heard: string[] = [];
    await withRawServer(async (peer) => {
      await peer.handshake();
      while (heard.length < 3 * count) heard.push((await peer.readFrame()).text);
      await closes(peer);
    }, async (server) => {
      const client = await AsyncClient.connect(server.url, { controlCapacity: 4096 });
      client.run();
      const control = client.control.handle();
      const producers = await Promise.all(
        ["a", "b"].map((prefix) => ProgramThread.start<number>({ name: "produce", control, prefix, count })),
      );
      for (let number = 0; number < count; number++) await client.control.sendText(`c${number}`);
      for (const producer of producers) {
        assertEquals(await producer.result(), count);
        await producer[Symbol.asyncDispose]();
      }
      for await (const _ of client.events);
    });
    for (const prefix of "abc") {
      const numbers = heard.filter((text) => text.startsWith(prefix)).map((text) => Number(text.slice(1)));
      assertEquals(numbers, Array.from({ length: count }, (_, number) => number));
    }
  });

  it("a consumer that is terminated leaves the rest to the others", () =>
    withRawServer(sends(1000), async (server) => {
      const client = await AsyncClient.connect(server.url);
      const events = client.events.handle();
      const consumer = await ProgramThread.start<string[]>({ name: "consumeBlocking", events });
      const thread = client.run();
      await consumer[Symbol.asyncDispose]();
      client.control.sendText("go");
      const types = new Set<string>();
      for await (const event of client.events) types.add(event.type);
      // Deno's threads live on for a moment, and may take every event in it; but nobody waits in vain.
      if (runtime !== "deno") assert(types.has("text"), [...types].join());
      assertEquals(describeClose(await thread.join()), "1000 clean remote");
    }));
});

/** Connections of one thread; `MANY_CONNECTIONS=500` for as many as the brief of a feed handler asks for. */
const many = Number(process.env.MANY_CONNECTIONS ?? 100);

describe("IoThread", () => {
  it(`hosts ${many} async connections`, async () => {
    const echo = async (peer: RawPeer) => {
      await peer.handshake();
      const frame = await peer.readFrame();
      await peer.send(textFrame(frame.payload));
      assertEquals((await peer.readFrame()).opcode, opcodes.close);
      await closes(peer);
    };
    await withRawServer(echo, async (server) => {
      await using thread = new IoThread();
      const options = { thread, eventCapacity: 4096, controlCapacity: 4096 };
      const clients = await Promise.all(
        Array.from({ length: many }, () => AsyncClient.connect(server.url, options)),
      );
      const closeCodes = clients.map(async (client, index) => {
        const running = client.run();
        await client.control.sendText(`${index}`);
        for await (const event of client.events) {
          if (event.type !== "text") continue;
          assertEquals(event.data, `${index}`);
          client.control.close();
        }
        return (await running.join()).code;
      });
      assertEquals(await Promise.all(closeCodes), Array(many).fill(1000));
    });
  });

  it("hosts blocking and async clients, and ends them when it closes", async () => {
    await using peer = await PeerThread.start("listens");
    const thread = new IoThread();
    const blocking = BlockingClient.connect(peer.url, { thread });
    const async = await AsyncClient.connect(peer.url, { thread });
    const waiting = await AsyncClient.connect(peer.url, { thread });
    const running = async.run();
    await bounded("the thread to end", thread.close());
    assertEquals(describeClose(await running.join()), "1006 not clean local");
    assertEquals(blocking.run({}).code, 1006);
    assertEquals(waiting.run().joinSync(1000)?.code, 1006);
    assertEquals([blocking.state, async.state, waiting.state], ["closed", "closed", "closed"]);
    await thread.close();
    const error = await assertRejects(() => AsyncClient.connect(peer.url, { thread }), WebSocketError);
    assertEquals(error.code, "Io");
  });

  it("goes on when one of its connections fails", async () => {
    await using peer = await PeerThread.start("echo");
    await using refusing = await rawServer(async (peer) => {
      await peer.readRequest();
      await peer.send("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n");
      await peer.end();
      await peer.closed();
    });
    await using thread = new IoThread();
    const client = await AsyncClient.connect(peer.url, { thread });
    const error = await assertRejects(() => AsyncClient.connect(refusing.url, { thread }), WebSocketError);
    assertEquals([error.code, error.response?.status], ["HandshakeFailed", 503]);
    client.run();
    client.control.sendText("still here");
    assertEquals([await client.events.receive(), await client.events.receive()], [
      { type: "activated" },
      { type: "text", data: "still here" },
    ]);
    await client[Symbol.asyncDispose]();
    await peer.finish();
  });

  it("that never hosted anything closes", async () => {
    const thread = new IoThread();
    await bounded("the thread to end", thread.close());
  });
});
