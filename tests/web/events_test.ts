import { describe, it } from "node:test";
import { assertEquals, assertInstanceOf } from "@std/assert";
import { WebSocket as OurWebSocket } from "@silver9/websocket/web";
import { bounded } from "../client/setup.ts";
import { binaryFrame, closeFrame, concat, textFrame } from "../support/frames.ts";
import { type RawPeer, withRawServer } from "../support/raw_server.ts";
import { echoing } from "./echo.ts";
import { both, next } from "./platform.ts";

/** A server that sends these frames with its answer to the handshake, in one write, and then closes. */
function sending(...frames: Uint8Array[]): (peer: RawPeer) => Promise<void> {
  return async (peer) => {
    await peer.handshake({ append: concat(...frames, closeFrame(1000)) });
    while ((await peer.readFrame()).opcode !== 8);
    await peer.end();
  };
}

describe("the events of WebSocket", () => {
  both(
    "open, messages and close come in order, none before the constructor has returned",
    async (WebSocket) => {
      await withRawServer(sending(textFrame("one"), textFrame("two")), async ({ url }) => {
        const events: unknown[] = [];
        const socket = new WebSocket(url);
        for (const type of ["open", "message", "error", "close"]) {
          socket.addEventListener(type, (event) => events.push(event.type));
        }
        assertEquals(events, []);
        await bounded("the socket to be closed", next(socket, "close"));
        assertEquals(events, ["open", "message", "message", "close"]);
      });
    },
  );

  both("each is a task of its own: who awaits one is ready for the next", async (WebSocket) => {
    const count = 1000;
    const frames = Array.from({ length: count }, (_, index) => textFrame(`${index}`));
    await withRawServer(sending(...frames), async ({ url }) => {
      const socket = new WebSocket(url);
      /** Some promises deep, as code that waits for a message is. */
      const received = async (): Promise<unknown> => {
        const event = await new Promise<MessageEvent>((resolve) => socket.onmessage = resolve);
        return await Promise.resolve(event.data);
      };
      await bounded("the socket to be open", next(socket, "open"));
      const closed = next(socket, "close");
      const texts: unknown[] = [];
      while (texts.length < count) texts.push(await bounded("a message", received()));
      assertEquals(texts, Array.from({ length: count }, (_, index) => `${index}`));
      await bounded("the socket to be closed", closed);
    });
  }, { node: "those of one read come at once", deno: "some come together" });

  both("a message's event: data, origin, and nothing of a source", async (WebSocket) => {
    await withRawServer(sending(textFrame("é€😀")), async ({ url }) => {
      const socket = new WebSocket(`${url}/path?query`);
      const event = await bounded("a message", next(socket, "message")) as MessageEvent;
      assertInstanceOf(event, MessageEvent);
      const { data, origin, lastEventId, source, ports, target, bubbles, cancelable } = event;
      assertEquals([data, origin, lastEventId, source, [...ports]], ["é€😀", url, "", null, []]);
      assertEquals([target === socket, bubbles, cancelable], [true, false, false]);
      const close = await bounded("the socket to be closed", next(socket, "close"));
      assertInstanceOf(close, CloseEvent);
    });
  }, { deno: "the origin has path and query" });

  both("a byte order mark is content", async (WebSocket) => {
    await withRawServer(sending(textFrame("\ufeffx")), async ({ url }) => {
      const socket = new WebSocket(url);
      const closed = next(socket, "close");
      const { data } = await bounded("a message", next(socket, "message")) as MessageEvent;
      assertEquals(data, "\ufeffx");
      await bounded("the socket to be closed", closed);
    });
  }, { node: "it is dropped" });

  both(
    "a handler is called in the order of its first setting; null gives the place up",
    async (WebSocket) => {
      await withRawServer(sending(), async ({ url }) => {
        const socket = new WebSocket(url);
        const calls: string[] = [];
        const note = (name: string) => () => calls.push(name);
        socket.addEventListener("open", note("first listener"));
        socket.onopen = note("replaced");
        socket.addEventListener("open", note("second listener"));
        socket.onopen = note("handler");
        socket.onclose = note("given up");
        socket.addEventListener("close", note("listener"));
        socket.onclose = null;
        socket.onclose = note("set again");
        await bounded("the socket to be closed", next(socket, "close"));
        assertEquals(calls, ["first listener", "handler", "second listener", "listener", "set again"]);
      });
    },
    { node: "one that is replaced goes to the end", deno: "null keeps the place" },
  );

  both("a handler is called on the socket, with the event, and never after null", async (WebSocket) => {
    await withRawServer(sending(textFrame("x")), async ({ url }) => {
      const socket = new WebSocket(url);
      const calls: unknown[] = [];
      socket.onopen = function (this: unknown, event) {
        calls.push(this === socket, event.type);
      };
      socket.onmessage = () => calls.push("never");
      socket.onmessage = null;
      await bounded("the socket to be closed", next(socket, "close"));
      assertEquals(calls, [true, "open"]);
    });
  });

  both("a listener: once, removed, an object, with a signal", async (WebSocket) => {
    await withRawServer(sending(textFrame("1"), textFrame("2"), textFrame("3")), async ({ url }) => {
      const socket = new WebSocket(url);
      const calls: string[] = [];
      const stop = new AbortController();
      const removed = () => calls.push("removed");
      socket.addEventListener("message", ({ data }) => calls.push(`once ${data}`), { once: true });
      socket.addEventListener("message", removed);
      socket.addEventListener("message", {
        handleEvent: (event: Event) => {
          calls.push(`object ${(event as MessageEvent).data}`);
          if ((event as MessageEvent).data === "2") stop.abort();
        },
      });
      socket.addEventListener("message", () => calls.push("signal"), { signal: stop.signal });
      socket.removeEventListener("message", removed);
      await bounded("the socket to be closed", next(socket, "close"));
      assertEquals(calls, ["once 1", "object 1", "signal", "object 2", "object 3"]);
    });
  });

  both("events of one's own can be dispatched", (WebSocket) => {
    const socket = new WebSocket("ws://127.0.0.1:1");
    const calls: string[] = [];
    socket.onmessage = ({ data }) => calls.push(data);
    socket.dispatchEvent(new MessageEvent("message", { data: "own" }));
    assertEquals(calls, ["own"]);
    return next(socket, "close").then(() => {});
  });
});

describe("WebSocket.binaryType", () => {
  both("blob and arraybuffer; another value is ignored", async (WebSocket) => {
    const socket = new WebSocket("ws://127.0.0.1:1");
    socket.binaryType = "arraybuffer";
    for (const value of ["Blob", "text", "", null, undefined, 1]) {
      Reflect.set(socket, "binaryType", value);
      assertEquals(socket.binaryType, "arraybuffer");
    }
    socket.binaryType = "blob";
    assertEquals(socket.binaryType, "blob");
    await next(socket, "close");
  }, { node: "another value means blob" });

  both("says what a message's data is, and may change in between", async (WebSocket) => {
    await withRawServer(echoing(), async ({ url }) => {
      const socket = new WebSocket(url);
      await bounded("the socket to be open", next(socket, "open"));
      const echo = async (type: BinaryType, bytes: Uint8Array<ArrayBuffer>) => {
        socket.binaryType = type;
        socket.send(bytes);
        return (await bounded("the echo", next(socket, "message")) as MessageEvent).data;
      };
      const bytes = new Uint8Array([1, 2, 255]);
      const buffer = await echo("arraybuffer", bytes);
      assertInstanceOf(buffer, ArrayBuffer);
      assertEquals(new Uint8Array(buffer), bytes);
      const blob = await echo("blob", bytes);
      assertInstanceOf(blob, Blob);
      assertEquals([blob.type, new Uint8Array(await blob.arrayBuffer())], ["", bytes]);
      assertEquals((await echo("arraybuffer", new Uint8Array(0))).byteLength, 0);
      assertEquals((await echo("blob", new Uint8Array(0))).size, 0);
      const closed = next(socket, "close");
      socket.close();
      await bounded("the socket to be closed", closed);
    });
  });

  it("a message's memory is its own", async () => {
    const frames = [binaryFrame("one"), binaryFrame("two")];
    await withRawServer(sending(...frames), async ({ url }) => {
      const socket = new OurWebSocket(url);
      socket.binaryType = "arraybuffer";
      const buffers: ArrayBuffer[] = [];
      socket.onmessage = ({ data }) => buffers.push(data);
      await bounded("the socket to be closed", next(socket, "close"));
      assertEquals(buffers.map((buffer) => new TextDecoder().decode(buffer)), ["one", "two"]);
    });
  });
});
