import { describe, it } from "node:test";
import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import {
  AsyncClient,
  BlockingClient,
  type ControlMessage,
  IoThread,
  type Logger,
  WebSocketError,
} from "../../mod.ts";
import { PeerThread } from "../thread/peer_thread.ts";
import { bounded } from "./setup.ts";

async function linesOf(client: AsyncClient): Promise<string[]> {
  const lines: string[] = [];
  for await (const event of client.events) {
    lines.push(event.type === "error" ? `error ${event.error.message}` : event.type);
  }
  return lines;
}

function typesOf(client: BlockingClient): string[] {
  return Array.from(client, (event) => event.type === "error" ? event.error.message : event.type);
}

for (const transport of [undefined, "syscall"] as const) {
  describe(`commands that wait for the peer, ${transport ?? "the runtime's own"} transport`, () => {
    it("wait in the channel when maxBufferedAmount has no room for them", async () => {
      await using peer = await PeerThread.start("deaf");
      const client = await AsyncClient.connect(peer.url, { transport, maxBufferedAmount: 200_000 });
      client.run();
      const data = new Uint8Array(150_000);
      const sends = Array.from({ length: 100 }, () => client.control.sendBinary(data));
      peer.board.open();
      const results = await bounded("the sends", Promise.all(sends));
      assert(results.every(({ sent }) => sent));
      await client.control.close();
      assertEquals(await bounded("the end", linesOf(client)), ["activated", "closed", "quit"]);
      assertEquals(peer.board.count, 100 * data.length);
    });

    it("may be longer than the channel", async () => {
      await using peer = await PeerThread.start("deaf");
      peer.board.open();
      const client = await AsyncClient.connect(peer.url, { transport, controlCapacity: 65_536 });
      client.run();
      // The thread that takes the parts may not sleep through the next one.
      const data = new Uint8Array(8 * 1024 * 1024);
      assertEquals(await bounded("the send", client.control.sendBinary(data)), { sent: true });
      await client.control.close();
      assertEquals(await linesOf(client), ["activated", "closed", "quit"]);
      assertEquals(peer.board.count, data.length);
    });
  });
}

describe("corked messages of a blocking client", () => {
  it("may come to maxBufferedAmount, headers included", async () => {
    await using peer = await PeerThread.start("echo");
    const client = BlockingClient.connect(peer.url, { maxBufferedAmount: 1000 });
    let count = 0;
    const error = assertThrows(() =>
      client.cork(() => {
        for (;; count++) client.sendText("é");
      }), WebSocketError);
    // Two bytes of text, two of header, four of mask.
    assertEquals([error.code, count], ["LimitExceeded", 1000 / 8]);
    assertEquals(
      error.message,
      "sending 2 bytes: 1000 are held back already, where maxBufferedAmount is 1000",
    );
    // That is over with the cork, though its function threw.
    assertEquals(client.sendText("x".repeat(900)), true);
    client.close();
    const texts = Array(count + 1).fill("text");
    assertEquals(typesOf(client), ["activated", ...texts, "closed", "quit"]);
  });

  it("cork itself ends after writeTimeout, and does not hold back what is sent later", async () => {
    await using peer = await PeerThread.start("deaf");
    const options = { writeTimeout: 20, controlCapacity: 65_536, highWaterMark: 0 };
    const client = BlockingClient.connect(peer.url, options);
    const late = (send: () => void): boolean => {
      try {
        send();
        return false;
      } catch (error) {
        assert(error instanceof WebSocketError && error.phase === "write", String(error));
        return true;
      }
    };
    // Fills the sockets, then the channel to its last bytes: anew where the other thread was but slow.
    const lateEach = (size: number, times: number): boolean =>
      Array.from({ length: times }, () => late(() => client.sendBinary(new Uint8Array(size)))).every(Boolean);
    do {
      while (!lateEach(30_000, 1));
      for (const [size, times] of [[15_000, 5], [4_000, 3], [1_000, 4], [200, 6], [1, 16]]) {
        lateEach(size, times);
      }
    } while (!lateEach(0, 8));
    let ran = false;
    assertEquals(late(() => client.cork(() => ran = true)), true);
    assertEquals(ran, false);
    peer.board.open();
    while (late(() => client.sendText("later")));
    client.close();
    assertEquals(typesOf(client), ["activated", "closed", "quit"]);
  });
});

describe("what a client with a thread is given", () => {
  const throws = () => {
    throw new RangeError("the logger's");
  };
  const logger: Logger = { debug: throws, info: throws, warn: throws, error: throws };

  it("a logger that throws does not touch the connection", async () => {
    await using peer = await PeerThread.start("echo");
    const client = await AsyncClient.connect(peer.url, { logger });
    const thread = client.run();
    await client.control.close();
    assertEquals(await linesOf(client), ["activated", "closed", "quit"]);
    assertEquals((await thread.join()).wasClean, true);

    const blocking = BlockingClient.connect(peer.url, { logger });
    blocking.close();
    assertEquals(typesOf(blocking), ["activated", "closed", "quit"]);
  });

  it("a command of no known type is refused", async () => {
    await using peer = await PeerThread.start("echo");
    const client = await AsyncClient.connect(peer.url);
    const message = { type: "text", data: "hello" } as unknown as ControlMessage;
    const error = assertThrows(() => client.control.send(message), WebSocketError);
    assertEquals([error.code, error.message], [
      "InvalidConfiguration",
      "control message: unknown type: text",
    ]);
    await client[Symbol.asyncDispose]();
  });

  it("headers that cannot go to another thread are refused before one is started", async () => {
    const headers = { "x-callback": () => {} } as unknown as Record<string, string>;
    // Nobody listens there, and nobody is asked.
    const error = await assertRejects(
      () => AsyncClient.connect("ws://127.0.0.1:9", { headers }),
      WebSocketError,
    );
    assertEquals(error.message, 'Invalid header "x-callback": the value is not a string but function');
    assertStrictEquals(error.stack?.includes("fromErrorRecord"), false, "said by the other thread");
  });

  it("a signal is let go of by forceQuit", async () => {
    await using peer = await PeerThread.start("listens");
    let listeners = 0;
    const signal = Object.assign(new AbortController().signal, {
      addEventListener: () => void listeners++,
      removeEventListener: () => void listeners--,
    });
    const client = BlockingClient.connect(peer.url, { signal });
    assertEquals(listeners, 1);
    client.forceQuit();
    assertEquals(listeners, 0);
  });
});

describe("an async client whose control senders were let go of", () => {
  it("is closed by its disposal", async () => {
    await using peer = await PeerThread.start("echo");
    const client = await AsyncClient.connect(peer.url);
    const thread = client.run();
    client.control.release();
    await bounded("the disposal", client[Symbol.asyncDispose]());
    assertEquals((await thread.join()).wasClean, true);
  });
});

describe("an I/O thread that is being closed", () => {
  it("takes no more connections", async () => {
    await using peer = await PeerThread.start("listens");
    const thread = new IoThread();
    const client = await AsyncClient.connect(peer.url, { thread });
    const closing = thread.close();
    const error = assertThrows(() => BlockingClient.connect(peer.url, { thread }), WebSocketError);
    assertEquals([error.code, error.message], ["Io", "The I/O thread was closed"]);
    await bounded("the thread to end", closing);
    assertEquals(client.state, "closed");
  });

  it("says so to who is connecting", async () => {
    await using peer = await PeerThread.start("mute");
    const thread = new IoThread();
    const connecting = AsyncClient.connect(peer.url, { thread });
    const failure = assertRejects(() => connecting, WebSocketError);
    peer.board.waitCount(1);
    await bounded("the thread to end", thread.close());
    const { code, message } = await failure;
    assertEquals([code, message], ["Aborted", "connecting was ended: its I/O thread was closed"]);
  });
});
