import { describe, it } from "node:test";
import { assert, assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import { WebSocketError, type WebSocketOptions, WebSocketStream } from "@silver9/websocket/web";
import { bounded, transports } from "../client/setup.ts";
import { binaryFrame, closeFrame, concat, textFrame } from "../support/frames.ts";
import { type ClientFrame, type RawPeer, withRawServer } from "../support/raw_server.ts";
import { serversOfThisRuntime, wsServer } from "../support/servers.ts";
import { echoing } from "./echo.ts";

/** Sends these frames, then closes with this code, and waits for the end. */
function sending(code: number | undefined, ...frames: Uint8Array[]): (peer: RawPeer) => Promise<void> {
  return async (peer) => {
    await peer.handshake({ append: concat(...frames, closeFrame(code, code === undefined ? "" : "done")) });
    while ((await peer.readFrame()).opcode !== 8);
    await peer.end();
  };
}

/** Everything that comes. */
async function allOf<T>(readable: ReadableStream<T>): Promise<T[]> {
  const chunks: T[] = [];
  for await (const chunk of readable) chunks.push(chunk);
  return chunks;
}

describe("WebSocketStream", () => {
  it("messages come as strings and bytes, and the streams end with the connection", async () => {
    const frames = [textFrame("é€😀"), binaryFrame(new Uint8Array([1, 2])), textFrame(""), binaryFrame("")];
    await withRawServer(sending(4000, ...frames), async ({ url }) => {
      const stream = new WebSocketStream(`${url}/path`);
      assertEquals(stream.url, `${url}/path`);
      const { readable, writable, protocol, extensions } = await bounded("opened", stream.opened);
      assertEquals([protocol, extensions], ["", ""]);
      const messages = await bounded("the messages", allOf(readable));
      assertEquals(messages, ["é€😀", new Uint8Array([1, 2]), "", new Uint8Array(0)]);
      assertEquals(await bounded("closed", stream.closed), { closeCode: 4000, reason: "done" });
      const error = await assertRejects(() => writable.getWriter().closed, WebSocketError);
      assertEquals(error.code, "ConnectionClosed");
    });
  });

  it("strings and bytes are sent as they are written, anything else as a string", async () => {
    const frames: ClientFrame[] = [];
    await withRawServer(echoing(frames), async ({ url }) => {
      const stream = new WebSocketStream(url);
      const { writable } = await bounded("opened", stream.opened);
      const writer = writable.getWriter();
      const { buffer } = new Uint8Array([1, 2, 3, 4]);
      const chunks = ["text", buffer, new Uint8Array(buffer, 1, 2), new DataView(buffer, 3), 42 as never];
      for (const chunk of chunks) await bounded("the write", writer.write(chunk));
      stream.close({ closeCode: 3000, reason: "enough" });
      assertEquals(await bounded("closed", stream.closed), { closeCode: 3000, reason: "enough" });
      await assertRejects(() => writer.write("late"), WebSocketError);
    });
    assertEquals(frames.map(({ opcode, payload }) => [opcode, ...payload].join()).slice(1, 4), [
      "2,1,2,3,4",
      "2,2,3",
      "2,4",
    ]);
    assertEquals([frames[0].text, frames[4].text, frames[4].opcode], ["text", "42", 1]);
    assertEquals(frames[5].close, { code: 3000, reason: "enough" });
  });

  it("the subprotocol that the server chose; none fails it", async () => {
    const script = async (peer: RawPeer, protocol: string | null) => {
      await peer.handshake({ headers: { "Sec-WebSocket-Protocol": protocol } });
      const { close } = await peer.readFrame();
      assertEquals(close?.code, protocol === null ? 1001 : undefined);
      if (protocol === null) return;
      await peer.send(closeFrame(1000));
      await peer.end();
    };
    await withRawServer((peer) => script(peer, "b"), async ({ url }) => {
      const stream = new WebSocketStream(url, { protocols: ["a", "b"] });
      assertEquals((await bounded("opened", stream.opened)).protocol, "b");
      stream.close();
      await bounded("closed", stream.closed);
    });
    await withRawServer((peer) => script(peer, null), async ({ url }) => {
      const stream = new WebSocketStream(url, { protocols: ["a"] });
      const opened = await assertRejects(() => bounded("opened", stream.opened), WebSocketError);
      assertEquals(opened.code, "HandshakeFailed");
      assertEquals(await assertRejects(() => stream.closed), opened);
    });
  });

  it("bad arguments: SyntaxError for URL and subprotocols, by name for options", () => {
    const syntax = (construct: () => unknown) =>
      assertEquals((assertThrows(construct, DOMException as never) as DOMException).name, "SyntaxError");
    syntax(() => new WebSocketStream("example.com"));
    syntax(() => new WebSocketStream("ws://127.0.0.1:1#fragment"));
    syntax(() => new WebSocketStream("ws://127.0.0.1:1", { protocols: ["a", "a"] }));
    const options = { closeTimeout: -1 };
    const error = assertThrows(() => new WebSocketStream("ws://127.0.0.1:1", options), WebSocketError);
    assertEquals(error.code, "InvalidConfiguration");
    assert(error.message.startsWith("options: closeTimeout is -1"), error.message);
  });

  it("the class is an interface of Web IDL", () => {
    assertEquals(Object.prototype.toString.call(WebSocketStream.prototype), "[object WebSocketStream]");
    assertEquals(Object.keys(WebSocketStream.prototype), ["url", "opened", "closed", "close"]);
    assertEquals([WebSocketStream.length, WebSocketStream.prototype.close.length], [1, 0]);
  });

  it("what cannot be opened: opened and closed fail, and nobody has to look", async () => {
    const stream = new WebSocketStream("ws://127.0.0.1:1");
    const error = await assertRejects(() => bounded("opened", stream.opened), WebSocketError);
    assertEquals(error.code, "ConnectionFailed");
    // An unhandled rejection would fail this test's process.
    await new Promise((resolve) => setTimeout(resolve, 1));
  });

  const talk = async (url: string, options: WebSocketOptions): Promise<void> => {
    const stream = new WebSocketStream(url, options);
    const { readable, writable } = await bounded("opened", stream.opened);
    const writer = writable.getWriter();
    const reader = readable.getReader();
    for (const message of ["hello", new Uint8Array(100_000), "again"]) {
      await bounded("the write", writer.write(message));
      assertEquals((await bounded("the echo", reader.read())).value, message);
    }
    await bounded("the end", writer.close());
    assertEquals((await bounded("closed", stream.closed)).closeCode, 1005);
    assertEquals((await bounded("the end of reading", reader.read())).done, true);
  };

  for (const transport of transports) {
    it(`${transport}: to real servers, ws: and wss:`, async () => {
      for (const { start } of serversOfThisRuntime()) {
        await using server = await start();
        await talk(server.url, { transport });
      }
      await using server = await wsServer({ tls: true });
      await talk(server.url, { transport, tls: { caCerts: server.ca } });
    });
  }

  it("pipes: messages through transforms and back", async () => {
    await withRawServer(echoing(), async ({ url }) => {
      const stream = new WebSocketStream(url);
      const { readable, writable } = await bounded("opened", stream.opened);
      const lines = ReadableStream.from(["one", "two", "three"]);
      const upper = new TransformStream<string, string>({
        transform: (line, controller) => controller.enqueue(line.toUpperCase()),
      });
      const sent = lines.pipeThrough(upper).pipeThrough(new TextEncoderStream())
        .pipeTo(writable, { preventClose: true });
      const received: string[] = [];
      const texts = (readable as ReadableStream<Uint8Array<ArrayBuffer>>).pipeThrough(
        new TextDecoderStream(),
      );
      for await (const text of texts) {
        received.push(text);
        if (received.length === 3) break; // cancels, through the transform, and closes
      }
      await bounded("the pipe", sent);
      assertEquals(received, ["ONE", "TWO", "THREE"]);
      assertEquals(await bounded("closed", stream.closed), { closeCode: 1005, reason: "" });
    });
  });

  it("pipes: from one connection into another, with the end", async () => {
    const frames: ClientFrame[] = [];
    await withRawServer(echoing(frames), async (to) => {
      await withRawServer(sending(1000, textFrame("one"), binaryFrame("two")), async (from) => {
        const source = new WebSocketStream(from.url);
        const sink = new WebSocketStream(to.url);
        const [{ readable }, { writable }] = await bounded("both", Promise.all([source.opened, sink.opened]));
        await bounded("the pipe", readable.pipeTo(writable));
        assertEquals((await bounded("the end", sink.closed)).closeCode, 1005);
      });
    });
    assertEquals(frames.map(({ opcode }) => opcode), [1, 2, 8]);
  });

  it("the error of a violation goes to both streams and to closed", async () => {
    const broken = textFrame(new Uint8Array([0xff]));
    await withRawServer(async (peer) => {
      await peer.handshake({ append: concat(textFrame("fine"), broken) });
      assertEquals((await peer.readFrame()).close?.code, 1007);
      await peer.closed();
    }, async ({ url }) => {
      const stream = new WebSocketStream(url);
      const { readable, writable } = await bounded("opened", stream.opened);
      const reader = readable.getReader();
      const errors: unknown[] = [];
      const note = (error: unknown) => void errors.push(error);
      await reader.read().then(({ value }) => assertEquals(value, "fine"), note);
      await bounded("reading", reader.read()).catch(note);
      await bounded("writing", writable.getWriter().closed).catch(note);
      await bounded("closed", stream.closed).catch(note);
      assertEquals(errors.length, 3);
      for (const error of errors) assert(error === errors[0], `${error}`);
      assertInstanceOf(errors[0], WebSocketError);
      assertEquals([errors[0].code, errors[0].closeCode], ["ProtocolViolation", 1007]);
    });
  });
});
