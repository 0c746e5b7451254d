import { describe, it } from "node:test";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { type WebSocketCloseInfo, WebSocketError, WebSocketStream } from "@silver9/websocket/web";
import { memoryServer } from "../client/memory_server.ts";
import { bounded } from "../client/setup.ts";
import { closeFrame, textFrame } from "../support/frames.ts";
import { type ClientFrame, withRawServer } from "../support/raw_server.ts";
import { echoing } from "./echo.ts";

/** Opens, lets `act` end the connection, and answers the Close frame's payload as the server saw it. */
async function closedBy(
  act: (
    stream: WebSocketStream,
    readable: ReadableStream<unknown>,
    writable: WritableStream<string>,
  ) => unknown,
): Promise<ClientFrame["close"] | "no code"> {
  const frames: ClientFrame[] = [];
  await withRawServer(echoing(frames), async ({ url }) => {
    const stream = new WebSocketStream(url);
    const { readable, writable } = await bounded("opened", stream.opened);
    await bounded("the end to be begun", Promise.resolve(act(stream, readable, writable)));
    const close = await bounded("closed", stream.closed);
    assertEquals(close.closeCode, frames.at(-1)!.close?.code ?? 1005);
  });
  return frames.at(-1)!.close ?? "no code";
}

/** What code and reason an error of a program's own can carry. */
const bored = new WebSocketError("Aborted", "the reader had enough", { closeCode: 4001, reason: "bored" });

describe("WebSocketStream.close", () => {
  it("sends what it is given; nothing is no code, and a reason takes 1000 along", async () => {
    const sent = (info?: WebSocketCloseInfo) => closedBy((stream) => stream.close(info));
    assertEquals(await sent(), "no code");
    assertEquals(await sent({}), "no code");
    assertEquals(await sent({ closeCode: 3333 }), { code: 3333, reason: "" });
    assertEquals(await sent({ closeCode: 1000, reason: "é" }), { code: 1000, reason: "é" });
    assertEquals(await sent({ reason: "why" }), { code: 1000, reason: "why" });
  });

  it("refuses what cannot be sent, and changes nothing", async () => {
    await closedBy((stream) => {
      const name = (info: WebSocketCloseInfo) =>
        (assertThrows(() => stream.close(info), DOMException as never) as DOMException).name;
      assertEquals(name({ closeCode: 1001 }), "InvalidAccessError");
      assertEquals(name({ closeCode: 5000 }), "InvalidAccessError");
      assertEquals(name({ reason: "x".repeat(124) }), "SyntaxError");
      assertThrows(() => stream.close({ closeCode: -1 }), TypeError);
      assertThrows(() => stream.close({ closeCode: 70_000 }), TypeError);
      assertThrows(() => stream.close({ closeCode: "text" as never }), TypeError);
      stream.close();
    });
  });

  it("before open: both promises fail, and the attempt is given up", async () => {
    await withRawServer(async (peer) => {
      await peer.readRequest().catch(() => {});
      await peer.closed().catch(() => {});
    }, async ({ url }) => {
      const stream = new WebSocketStream(url);
      stream.close();
      stream.close({ closeCode: 1000 });
      const opened = await assertRejects(() => bounded("opened", stream.opened), WebSocketError);
      assertEquals(opened.code, "Aborted");
      const closed = await assertRejects(() => bounded("closed", stream.closed), WebSocketError);
      assert(closed === opened);
    });
  });

  it("at any moment of connecting: what has been closed does not open", async () => {
    let opened = 0;
    for (let moment = 0; opened < 3; moment++) {
      assert(moment < 1000, "it never opens");
      const server = memoryServer();
      const stream = new WebSocketStream("ws://memory.example", { transport: server.transport });
      let isOpen = false;
      void stream.opened.then(() => isOpen = true, () => {});
      for (let microtask = 0; microtask < moment; microtask++) await Promise.resolve();
      const before = isOpen;
      stream.close();
      const [closed] = await bounded("the end", Promise.allSettled([stream.closed]));
      // `opened` is told a little after the connection is there.
      if (before || closed.status === "fulfilled") opened++;
      assertEquals([isOpen, before && closed.status], [closed.status === "fulfilled", before && "fulfilled"]);
    }
  });

  it("a signal: Aborted, before and after open, with the reason as the cause", async () => {
    const reason = new Error("changed my mind");
    const early = new WebSocketStream("ws://127.0.0.1:1", { signal: AbortSignal.abort(reason) });
    const error = await assertRejects(() => bounded("opened", early.opened), WebSocketError);
    assertEquals([error.code, error.cause], ["Aborted", reason]);
    await withRawServer(async (peer) => {
      await peer.handshake();
      assertEquals((await peer.readFrame()).close?.code, 1001);
      await peer.closed();
    }, async ({ url }) => {
      const controller = new AbortController();
      const stream = new WebSocketStream(url, { signal: controller.signal });
      const { readable } = await bounded("opened", stream.opened);
      controller.abort(reason);
      const closed = await assertRejects(() => bounded("closed", stream.closed), WebSocketError);
      assertEquals([closed.code, closed.cause], ["Aborted", reason]);
      assert(await assertRejects(() => readable.getReader().read()) === closed);
    });
  });
});

describe("WebSocketStream: a stream is given up", () => {
  it("readable is cancelled: the code that the reason carries, or none", async () => {
    const cancelled = (reason?: unknown) => closedBy((_, readable) => readable.cancel(reason));
    assertEquals(await cancelled(bored), { code: 4001, reason: "bored" });
    assertEquals(await cancelled({ closeCode: 3000 }), { code: 3000, reason: "" });
    for (
      const reason of [undefined, null, "text", new Error("own"), { closeCode: 1002 }, { closeCode: "x" }]
    ) {
      assertEquals(await cancelled(reason), "no code");
    }
  });

  it("writable is aborted: the same", async () => {
    const aborted = (reason?: unknown) => closedBy((_, __, writable) => writable.abort(reason));
    assertEquals(await aborted(bored), { code: 4001, reason: "bored" });
    assertEquals(await aborted(), "no code");
    assertEquals(await aborted({ closeCode: 4001, reason: "x".repeat(124) }), "no code");
  });

  it("writable is closed: no code, and it is closed when the connection is", async () => {
    assertEquals(
      await closedBy(async (stream, _, writable) => {
        const writer = writable.getWriter();
        void writer.write("last");
        await writer.close();
        assertEquals(await stream.closed, { closeCode: 1005, reason: "" });
        await writer.closed;
      }),
      "no code",
    );
  });

  it("messages behind a cancel are dropped, up to the server's Close", async () => {
    await withRawServer(async (peer) => {
      await peer.handshake();
      for (let index = 0; index < 1000; index++) await peer.send(textFrame("x".repeat(1000)));
      assertEquals((await peer.readFrame()).opcode, 8);
      await peer.send(closeFrame(1000));
      await peer.end();
    }, async ({ url }) => {
      const stream = new WebSocketStream(url);
      const { readable } = await bounded("opened", stream.opened);
      for await (const _ of readable) break;
      assertEquals((await bounded("closed", stream.closed)).closeCode, 1000);
    });
  });

  it("a connection that is lost: closed fails with 1006, and so do the streams", async () => {
    await withRawServer(async (peer) => {
      await peer.handshake();
      await peer.end();
    }, async ({ url }) => {
      const stream = new WebSocketStream(url);
      const { readable, writable } = await bounded("opened", stream.opened);
      const error = await assertRejects(() => bounded("closed", stream.closed), WebSocketError);
      assertEquals([error.code, error.closeCode, error.reason], ["ConnectionClosed", 1006, ""]);
      assert(await assertRejects(() => readable.getReader().read()) === error);
      assert(await assertRejects(() => writable.getWriter().write("late")) === error);
    });
  });

  it("writable is closed and the server does not answer: closing fails too", async () => {
    await withRawServer(async (peer) => {
      await peer.handshake();
      await peer.closed();
    }, async ({ url }) => {
      const stream = new WebSocketStream(url, { closeTimeout: 50 });
      const { writable } = await bounded("opened", stream.opened);
      const error = await assertRejects(() => bounded("the end", writable.close()), WebSocketError);
      assertEquals(error.code, "Timeout");
    });
  });
});
