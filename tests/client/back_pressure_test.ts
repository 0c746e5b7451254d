import { describe, it } from "node:test";
import { assert, assertEquals } from "@std/assert";
import type { NonBlockingClient } from "../../mod.ts";
import { pingFrame } from "../support/frames.ts";
import { codeOf, end, memoryClient } from "./memory_client.ts";
import { recorder } from "./recorder.ts";
import { bounded, turn, until } from "./setup.ts";

describe("back-pressure", () => {
  it("a send answers false above the high-water mark, and onDrain comes once it is reached again", async () => {
    const { client, server } = await memoryClient({ highWaterMark: 20 }, { capacity: 1 });
    const record = recorder({ onDrain: (client) => assert(client.bufferedAmount <= 20) });
    const running = client.run(record.handler);
    server.stream.pause();
    assertEquals(client.sendText("x".repeat(15)), true);
    assertEquals(client.bufferedAmount, 20);
    assertEquals(client.sendText("y"), false);
    assertEquals(client.sendText("z"), false);
    assertEquals(client.bufferedAmount, 34);
    await turn();
    assertEquals(record.events, ["activated"]);
    server.stream.resume();
    await until("everything to be sent", () => client.bufferedAmount === 0);
    assertEquals(record.messages.filter((event) => event === "drain").length, 1);
    client.forceQuit();
    await bounded("the client to end", running);
  });

  it("drained before run(): onDrain comes with it, behind onActivated", async () => {
    const { client, server } = await memoryClient({ highWaterMark: 0 }, { takes: 5 });
    assertEquals(client.sendText("hello"), false);
    await until("the message to be sent", () => client.bufferedAmount === 0);
    await until("the message to arrive", () => server.frames.length === 1);
    const record = recorder({ onDrain: (client) => client.close() });
    await bounded("the client to end", client.run(record.handler));
    assertEquals(record.messages.slice(0, 2), ["activated", "drain"]);
  });

  it("onDrain is called once for many sends that answered false, and again the next time", async () => {
    const { client, received } = await memoryClient({ highWaterMark: 0 }, { takes: 5 });
    const drained: number[] = [];
    let rounds = 0;
    const round = (client: NonBlockingClient) => {
      for (let i = 0; i < 10; i++) assertEquals(client.sendText(`${rounds}${i}`), false);
      rounds++;
    };
    const running = client.run({
      onActivated: round,
      onDrain: (client) => {
        drained.push(client.bufferedAmount);
        if (rounds < 3) round(client);
        else client.close();
      },
    });
    await bounded("the client to end", running);
    assertEquals(drained, [0, 0, 0]);
    const texts = Array.from({ length: 30 }, (_, index) => `1 ${Math.floor(index / 10)}${index % 10}`);
    assertEquals(received().slice(0, 30), texts);
  });

  it("no onDrain when no send answered false", async () => {
    const { client, received } = await memoryClient({}, { takes: 5 });
    const record = recorder();
    const running = client.run(record.handler);
    client.sendText("one");
    client.sendText("two");
    await until("both", () => received().length === 2);
    client.close();
    await bounded("the client to end", running);
    assertEquals(record.messages.includes("drain"), false);
  });

  it("no onDrain once the connection closes: there is nothing to go on with", async () => {
    const { client, received } = await memoryClient({ highWaterMark: 0 }, { takes: 5 });
    const record = recorder({
      onActivated: (client) => {
        assertEquals(client.sendText("hello"), false);
        client.close();
      },
      onDrain: (client) => void client.sendText("more"),
    });
    await bounded("the client to end", client.run(record.handler));
    assertEquals(record.messages, ["activated", "text hello", "closed 1000 clean local", "quit"]);
    assertEquals(received()[0], "1 hello");
  });

  it("a corked send that answers false is followed by onDrain, though the write is taken at once", async () => {
    const { client } = await memoryClient({ highWaterMark: 10 });
    const record = recorder({ onDrain: (client) => client.close() });
    const running = client.run(record.handler);
    assertEquals(client.cork(() => client.sendText("more than ten bytes")), false);
    assertEquals(record.messages.includes("drain"), false, "not from within the program's own call");
    await bounded("the client to end", running);
    assertEquals(record.messages.slice(0, 2), ["activated", "drain"]);
  });

  it("maxBufferedAmount counts what the system has not taken, and nothing else", async () => {
    const { client, server } = await memoryClient({ maxBufferedAmount: 100 }, { capacity: 64 });
    const running = client.run({});
    server.stream.pause();
    client.sendBinary(new Uint8Array(94));
    assertEquals(client.bufferedAmount, 36);
    client.sendBinary(new Uint8Array(58));
    assertEquals(client.bufferedAmount, 100);
    assertEquals(codeOf(() => client.sendBinary(new Uint8Array(1))), "LimitExceeded");
    assertEquals(client.bufferedAmount, 100);
    server.stream.resume();
    await until("both messages", () => server.frames.length === 2);
    assertEquals(client.bufferedAmount, 0);
    client.sendBinary(new Uint8Array(1));
    client.close();
    await bounded("the client to end", running);
    assertEquals(server.frames.map(({ payload }) => payload.length), [94, 58, 1, 2]);
  });

  it("what waits leaves in few writes, in order", async () => {
    const { client, server, writes, received } = await memoryClient({}, { capacity: 1 });
    server.stream.pause();
    for (let i = 0; i < 1000; i++) client.sendText(`${i}`);
    assertEquals(writes().length, 1);
    server.stream.resume();
    await until("all messages", () => server.frames.length === 1000);
    assertEquals(received(), Array.from({ length: 1000 }, (_, index) => `1 ${index}`));
    assertEquals(writes().length, 2);
    await end(client);
  });

  it("pings of a peer that does not read: the pongs wait in bounded memory", async () => {
    const { client, server } = await memoryClient({}, { capacity: 1 });
    const running = client.run({ onPong: (client) => client.forceQuit() });
    await turn();
    server.stream.pause();
    const pings = 20_000;
    let highest = 0;
    for (let i = 0; i < pings; i++) {
      server.send(pingFrame("x".repeat(125)));
      if (i % 100 === 0) await turn();
      highest = Math.max(highest, client.bufferedAmount);
    }
    await until("the pings to be read", () => client.stats.framesReceived === pings);
    assert(highest < 64 * 1024, `${highest} bytes waited`);
    assert(highest > 1000, "pongs did wait");
    client.forceQuit();
    await bounded("the client to end", running);
  });
});
