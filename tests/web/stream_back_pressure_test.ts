import { describe, it } from "node:test";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { WebSocketError, WebSocketStream } from "@silver9/websocket/web";
import { memoryServer } from "../client/memory_server.ts";
import { bounded, transports, turn, until } from "../client/setup.ts";
import { binaryFrame, closeFrame, textFrame } from "../support/frames.ts";
import { type RawPeer, withRawServer } from "../support/raw_server.ts";

const CHUNK = 64 * 1024;
/** More than the buffers of two sockets on one machine hold. */
const FLOOD = 64 * 1024 * 1024;

/** A server's writes: without a pause but for the one that the system takes no more. */
interface Flood {
  /** Bytes that were handed to the system, those of the write that waits included. */
  sent: number;
  /** Whether it shall end. */
  stopped: boolean;
}

/** Writes binary messages until it is told to stop, or the peer is gone. */
async function run(flood: Flood, { socket }: RawPeer): Promise<void> {
  const frame = binaryFrame(new Uint8Array(CHUNK));
  const gone = new Promise((resolve) => socket.once("close", resolve));
  while (!flood.stopped && !socket.destroyed && flood.sent < FLOOD) {
    flood.sent += CHUNK;
    if (socket.write(frame)) continue;
    await Promise.race([new Promise((resolve) => socket.once("drain", resolve)), gone]);
  }
}

/** Waits until `count` stays the same for a good while. */
async function standstill(what: string, count: () => number): Promise<void> {
  let before = -1;
  let turns = 0;
  await until(what, () => {
    turns = count() > 0 && count() === before ? turns + 1 : 0;
    before = count();
    return turns >= 20;
  });
}

describe("WebSocketStream: nobody reads", () => {
  for (const transport of transports) {
    it(`${transport}: the socket is not read, the server's writes wait, and nothing is lost`, async () => {
      const flood: Flood = { sent: 0, stopped: false };
      await withRawServer(async (peer) => {
        await peer.handshake();
        await run(flood, peer);
        await peer.send(closeFrame(1000));
        await peer.readFrame();
        await peer.end();
      }, async ({ url }) => {
        const stream = new WebSocketStream(url, { transport });
        const { readable } = await bounded("opened", stream.opened);
        await standstill("the server to be held up", () => flood.sent);
        const held = flood.sent;
        assert(held < FLOOD / 2, `${held} bytes went out although nobody read`);
        let received = 0;
        const reader = readable.getReader();
        const read = async () => {
          const { value, done } = await bounded("a message", reader.read());
          received += value?.length ?? 0;
          return !done;
        };
        while (received < held + 4 * 1024 * 1024) await read();
        flood.stopped = true;
        while (await read());
        assertEquals(received, flood.sent);
        assertEquals((await bounded("closed", stream.closed)).closeCode, 1000);
      });
    });
  }

  it("one message is kept ready, the rest is not taken from the socket", async () => {
    // Room for one frame on its way.
    const server = memoryServer({ server: { capacity: textFrame("0").length } });
    const stream = new WebSocketStream("ws://memory.example", { transport: server.transport });
    const { readable } = await bounded("opened", stream.opened);
    for (let index = 0; index < 5; index++) {
      server.send(textFrame(`${index}`));
      await turn();
    }
    // The first was taken, the second is on its way, and the third cannot be sent.
    assertEquals(server.stream.unsent, textFrame("2").length);
    const reader = readable.getReader();
    const texts: unknown[] = [];
    while (texts.length < 5) texts.push((await bounded("a message", reader.read())).value);
    assertEquals(texts, ["0", "1", "2", "3", "4"]);
    stream.close();
    await bounded("closed", stream.closed);
  });

  it("the closing handshake gets past messages that nobody reads, and they can be read later", async () => {
    await withRawServer(async (peer) => {
      await peer.handshake();
      for (let index = 0; index < 100; index++) await peer.send(textFrame(`${index}`));
      while ((await peer.readFrame()).opcode !== 8);
      await peer.send(closeFrame(1000, "bye"));
      await peer.end();
    }, async ({ url }) => {
      const stream = new WebSocketStream(url);
      const { readable } = await bounded("opened", stream.opened);
      stream.close();
      assertEquals(await bounded("closed", stream.closed), { closeCode: 1000, reason: "bye" });
      const texts: unknown[] = [];
      for await (const text of readable) texts.push(text);
      assertEquals(texts.length, 100);
    });
  });

  it("a flood behind close stays bounded, and closeTimeout ends it", async () => {
    const flood: Flood = { sent: 0, stopped: false };
    await withRawServer(async (peer) => {
      await peer.handshake();
      await run(flood, peer);
    }, async ({ url }) => {
      const stream = new WebSocketStream(url, { closeTimeout: 200 });
      await bounded("opened", stream.opened);
      stream.close();
      const error = await assertRejects(() => bounded("closed", stream.closed), WebSocketError);
      flood.stopped = true;
      assertEquals([error.code, error.phase], ["Timeout", "close"]);
    });
    assert(flood.sent < FLOOD, `${flood.sent} bytes`);
  });
});

describe("WebSocketStream: the server does not read", () => {
  for (const transport of transports) {
    it(`${transport}: a write waits until no more than highWaterMark is left`, async () => {
      const go = Promise.withResolvers<void>();
      let received = 0;
      await withRawServer(async (peer) => {
        await peer.handshake();
        peer.pause();
        await go.promise;
        peer.resume();
        for (let frame; (frame = await peer.readFrame()).opcode !== 8;) received += frame.payload.length;
        await peer.send(closeFrame());
        await peer.end();
      }, async ({ url }) => {
        const limits = { highWaterMark: 100_000, maxBufferedAmount: 400_000 };
        const stream = new WebSocketStream(url, { transport, ...limits });
        const { writable } = await bounded("opened", stream.opened);
        const writer = writable.getWriter();
        const chunk = new Uint8Array(CHUNK);
        let written = 0;
        let stopped = false;
        const write = async () => {
          for (; written < FLOOD && !stopped; written += CHUNK) await writer.write(chunk);
        };
        const writing = write();
        await standstill("the writes to be held up", () => written);
        assert(written < FLOOD / 2, `${written} bytes were written although nobody read`);
        stopped = true;
        go.resolve();
        await bounded("the write that waited", writing);
        await bounded("the end", writer.close());
        assertEquals(received, written);
      });
    });
  }

  it("a message larger than maxBufferedAmount fails the connection", async () => {
    await withRawServer(async (peer) => {
      await peer.handshake();
      assertEquals((await peer.readFrame()).close?.code, 1001);
      await peer.closed();
    }, async ({ url }) => {
      const stream = new WebSocketStream(url, { maxBufferedAmount: 1000 });
      const { writable } = await bounded("opened", stream.opened);
      const write = () => writable.getWriter().write("x".repeat(1001));
      assertEquals((await assertRejects(write, WebSocketError)).code, "LimitExceeded");
      const error = await assertRejects(() => bounded("closed", stream.closed), WebSocketError);
      assertEquals(error.code, "LimitExceeded");
    });
  });

  it("abort does not wait for a write that waits: the stream is given up after closeTimeout", async () => {
    const gone = Promise.withResolvers<void>();
    await withRawServer(async (peer) => {
      await peer.handshake();
      peer.pause();
      await gone.promise;
    }, async ({ url }) => {
      const stream = new WebSocketStream(url, { highWaterMark: 0, closeTimeout: 100 });
      const { writable } = await bounded("opened", stream.opened);
      const writer = writable.getWriter();
      const writing = assertRejects(async () => {
        for (;;) await writer.write(new Uint8Array(CHUNK * 16));
      });
      await turn();
      await bounded("abort", writer.abort(new Error("enough")));
      await bounded("the write", writing);
      const error = await assertRejects(() => bounded("closed", stream.closed), WebSocketError);
      assertEquals(error.code, "Timeout");
      gone.resolve();
    });
  });
});
