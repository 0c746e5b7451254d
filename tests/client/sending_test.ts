import { describe, it } from "node:test";
import { assert, assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { NonBlockingClient, type NonBlockingOptions, WebSocketError } from "../../mod.ts";
import type { MemoryStreamOptions } from "../../src/transport/memory.ts";
import type { ByteStream } from "../../mod.ts";
import { opcodes, pingFrame } from "../support/frames.ts";
import { describeFrames } from "./client_frames.ts";
import { memoryServer } from "./memory_server.ts";
import { recorder } from "./recorder.ts";
import { bounded, turn, until } from "./setup.ts";

/** A client on a memory stream; each test runs it itself, since the order matters. */
async function open(options: NonBlockingOptions = {}, client: MemoryStreamOptions = {}) {
  const server = memoryServer({ client });
  let stream: ByteStream & { readonly writes: readonly number[] } | undefined;
  const transport = {
    ...server.transport,
    connect: async (...args: Parameters<typeof server.transport.connect>) =>
      stream = await server.transport.connect(...args) as typeof stream & ByteStream,
  };
  const connected = await NonBlockingClient.connect("ws://memory.example", { transport, ...options });
  // The request is not what is tested here.
  const before = stream!.writes.length;
  return {
    server,
    client: connected,
    /** The size of each write since the connection was opened. */
    writes: () => stream!.writes.slice(before),
    /** What the server has read, as `"1 hello"`. */
    received: () =>
      server.frames.map(({ opcode, payload }) => `${opcode} ${new TextDecoder().decode(payload)}`),
  };
}

async function end(client: NonBlockingClient): Promise<void> {
  client.forceQuit();
  await bounded("the client to end", client[Symbol.asyncDispose]());
}

function codeOf(action: () => unknown): string {
  return assertThrows(action, WebSocketError).code;
}

describe("a send", () => {
  it("is one write, made before it returns", async () => {
    const { client, writes } = await open();
    client.sendText("hello");
    assertEquals(writes(), [6 + 5]);
    client.sendBinary(new Uint8Array(126));
    assertEquals(writes(), [11, 8 + 126]);
    client.sendText("é".repeat(40_000));
    assertEquals(writes(), [11, 134, 14 + 80_000]);
    client.sendPing();
    client.sendPong(new Uint8Array(125));
    assertEquals(writes().slice(3), [6, 6 + 125]);
    client.close();
    assertEquals(writes().slice(5), [6 + 2]);
    await end(client);
  });

  it("copies: what was sent may be changed at once", async () => {
    const { client, received } = await open({}, { takes: 3 });
    const data = new TextEncoder().encode("original");
    client.sendBinary(data);
    data.fill(0x78);
    client.sendText(data);
    await until("both messages", () => received().length === 2);
    assertEquals(received(), ["2 original", "1 xxxxxxxx"]);
    await end(client);
  });

  it("takes a part of a larger array", async () => {
    const { client, received } = await open();
    const whole = new TextEncoder().encode("abcdefgh");
    client.sendBinary(whole.subarray(2, 5));
    client.sendText(whole.subarray(5));
    await until("both messages", () => received().length === 2);
    assertEquals(received(), ["2 cde", "1 fgh"]);
    await end(client);
  });

  it("that is refused leaves the stream intact", async () => {
    const { client, received, writes } = await open({ maxBufferedAmount: 100 });
    assertEquals(codeOf(() => client.sendBinary(new Uint8Array(95))), "LimitExceeded");
    assertEquals(codeOf(() => client.sendText("x".repeat(95))), "LimitExceeded");
    assertEquals(codeOf(() => client.sendText("é".repeat(48))), "LimitExceeded");
    assertEquals(codeOf(() => client.sendPing(new Uint8Array(126))), "LimitExceeded");
    assertEquals(codeOf(() => client.sendPong(new Uint8Array(126))), "LimitExceeded");
    assertEquals(codeOf(() => client.sendText(Uint8Array.of(0xff))), "InvalidConfiguration");
    assertEquals(codeOf(() => client.sendText(Uint8Array.of(0xe2, 0x82))), "InvalidConfiguration");
    assertEquals([client.stats.messagesSent, client.stats.framesSent, writes()], [0, 0, []]);
    client.sendText("still fine");
    client.sendBinary(new TextEncoder().encode("y".repeat(94)));
    await until("both messages", () => received().length === 2);
    assertEquals(received(), ["1 still fine", `2 ${"y".repeat(94)}`]);
    assertEquals([client.stats.messagesSent, client.stats.framesSent], [2, 2]);
    await end(client);
  });
});

describe("cork", () => {
  it("everything inside leaves in one write", async () => {
    const { client, writes, received } = await open();
    const answer = client.cork(() => {
      client.sendText("one");
      client.sendBinary(new TextEncoder().encode("two"));
      client.sendPing();
      assertEquals(writes(), []);
      assertEquals(client.bufferedAmount, 9 + 9 + 6);
      return "what fn returned";
    });
    assertEquals(answer, "what fn returned");
    assertEquals(writes(), [24]);
    await until("all frames", () => received().length === 3);
    assertEquals(received(), ["1 one", "2 two", "9 "]);
    await end(client);
  });

  it("inside another: the outermost writes", async () => {
    const { client, writes } = await open();
    client.cork(() => {
      client.cork(() => client.sendText("a"));
      assertEquals(writes(), []);
      client.sendText("b");
    });
    assertEquals(writes(), [14]);
    await end(client);
  });

  it("whose function throws still writes what was sent, and throws on", async () => {
    const { client, writes } = await open();
    const thrown = assertThrows(() =>
      client.cork(() => {
        client.sendText("before");
        throw new RangeError("mine");
      })
    );
    assertInstanceOf(thrown, RangeError);
    assertEquals(writes(), [12]);
    client.sendText("later");
    assertEquals(writes(), [12, 11]);
    await end(client);
  });

  it("with nothing inside writes nothing", async () => {
    const { client, writes } = await open();
    client.cork(() => {});
    assertEquals(writes(), []);
    await end(client);
  });

  it("takes close() with it, and survives forceQuit()", async () => {
    const first = await open();
    first.client.cork(() => {
      first.client.sendText("last");
      first.client.close();
    });
    assertEquals(first.writes(), [10 + 8]);
    await bounded("the first client to end", first.client.run({}));

    const second = await open();
    second.client.cork(() => {
      second.client.sendText("never");
      second.client.forceQuit();
    });
    await bounded("the second client to end", second.client.run({}));
    assertEquals(second.received(), []);
  });

  it("around a callback's answers: one write", async () => {
    const { client, server, writes } = await open();
    const running = client.run({
      onPing: (client) =>
        client.cork(() => {
          client.sendText("a");
          client.sendText("b");
        }),
    });
    server.send(pingFrame());
    await until("the answers", () => server.frames.length === 3);
    // The pong is on its way before the callback runs.
    assertEquals(writes(), [6, 14]);
    client.forceQuit();
    await bounded("the client to end", running);
  });
});

describe("back-pressure", () => {
  it("a send answers false above the high-water mark, and onDrain comes once it is reached again", async () => {
    const { client, server } = await open({ highWaterMark: 20 }, { capacity: 1 });
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
    const { client, server } = await open({ highWaterMark: 0 }, { takes: 5 });
    assertEquals(client.sendText("hello"), false);
    await until("the message to be sent", () => client.bufferedAmount === 0);
    await until("the message to arrive", () => server.frames.length === 1);
    const record = recorder({ onDrain: (client) => client.close() });
    await bounded("the client to end", client.run(record.handler));
    assertEquals(record.messages.slice(0, 2), ["activated", "drain"]);
  });

  it("onDrain is called once for many sends that answered false, and again the next time", async () => {
    const { client, received } = await open({ highWaterMark: 0 }, { takes: 5 });
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
    const { client, received } = await open({}, { takes: 5 });
    const record = recorder();
    const running = client.run(record.handler);
    client.sendText("one");
    client.sendText("two");
    await until("both", () => received().length === 2);
    client.close();
    await bounded("the client to end", running);
    assertEquals(record.messages.includes("drain"), false);
  });

  it("a corked send that answers false is followed by onDrain, though the write is taken at once", async () => {
    const { client } = await open({ highWaterMark: 10 });
    const record = recorder({ onDrain: (client) => client.close() });
    const running = client.run(record.handler);
    assertEquals(client.cork(() => client.sendText("more than ten bytes")), false);
    assertEquals(record.messages.includes("drain"), false, "not from within the program's own call");
    await bounded("the client to end", running);
    assertEquals(record.messages.slice(0, 2), ["activated", "drain"]);
  });

  it("maxBufferedAmount counts what the system has not taken, and nothing else", async () => {
    const { client, server } = await open({ maxBufferedAmount: 100 }, { capacity: 64 });
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
    const { client, server, writes, received } = await open({}, { capacity: 1 });
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
    const { client, server } = await open({}, { capacity: 1 });
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

describe("frames on the wire", () => {
  it("each is masked with a key of its own", async () => {
    const { client, server } = await open();
    const keys = new Set<string>();
    const writes: Uint8Array[] = [];
    const { stream } = server;
    stream.pause();
    stream.attach({
      onData: (bytes) => void writes.push(bytes.slice()),
      onWritable: () => {},
      onEnd: () => {},
      onClose: () => {},
    });
    stream.resume();
    for (let i = 0; i < 100; i++) client.sendText("same");
    await until("all frames", () => writes.reduce((sum, bytes) => sum + bytes.length, 0) === 1000);
    for (const bytes of writes) {
      assertEquals(describeFrames(bytes), [`${opcodes.text} same`]);
      keys.add(bytes.subarray(2, 6).join());
    }
    assert(keys.size > 95, `${keys.size} different keys`);
    await end(client);
  });
});
