import { describe, it } from "node:test";
import { assert, assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { opcodes, pingFrame } from "../support/frames.ts";
import { describeFrames } from "./client_frames.ts";
import { codeOf, end, memoryClient } from "./memory_client.ts";
import { bounded, until } from "./setup.ts";

describe("a send", () => {
  it("is one write, made before it returns", async () => {
    const { client, writes } = await memoryClient();
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
    const { client, received } = await memoryClient({}, { takes: 3 });
    const data = new TextEncoder().encode("original");
    client.sendBinary(data);
    data.fill(0x78);
    client.sendText(data);
    await until("both messages", () => received().length === 2);
    assertEquals(received(), ["2 original", "1 xxxxxxxx"]);
    await end(client);
  });

  it("takes a part of a larger array", async () => {
    const { client, received } = await memoryClient();
    const whole = new TextEncoder().encode("abcdefgh");
    client.sendBinary(whole.subarray(2, 5));
    client.sendText(whole.subarray(5));
    await until("both messages", () => received().length === 2);
    assertEquals(received(), ["2 cde", "1 fgh"]);
    await end(client);
  });

  it("that is refused leaves the stream intact", async () => {
    const { client, received, writes } = await memoryClient({ maxBufferedAmount: 100 });
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
    const { client, writes, received } = await memoryClient();
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
    const { client, writes } = await memoryClient();
    client.cork(() => {
      client.cork(() => client.sendText("a"));
      assertEquals(writes(), []);
      client.sendText("b");
    });
    assertEquals(writes(), [14]);
    await end(client);
  });

  it("whose function throws still writes what was sent, and throws on", async () => {
    const { client, writes } = await memoryClient();
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
    const { client, writes } = await memoryClient();
    client.cork(() => {});
    assertEquals(writes(), []);
    await end(client);
  });

  it("takes close() with it, and survives forceQuit()", async () => {
    const first = await memoryClient();
    first.client.cork(() => {
      first.client.sendText("last");
      first.client.close();
    });
    assertEquals(first.writes(), [10 + 8]);
    await bounded("the first client to end", first.client.run({}));

    const second = await memoryClient();
    second.client.cork(() => {
      second.client.sendText("never");
      second.client.forceQuit();
    });
    await bounded("the second client to end", second.client.run({}));
    assertEquals(second.received(), []);
  });

  it("around a callback's answers: one write", async () => {
    const { client, server, writes } = await memoryClient();
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

describe("frames on the wire", () => {
  it("each is masked with a key of its own", async () => {
    const { client, server } = await memoryClient();
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
