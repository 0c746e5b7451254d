import { describe, it } from "node:test";
import { assertEquals, assertThrows } from "@std/assert";
import { WebSocket as OurWebSocket } from "@silver9/websocket/web";
import { bounded } from "../client/setup.ts";
import { type ClientFrame, withRawServer } from "../support/raw_server.ts";
import { echoing } from "./echo.ts";
import { both, next, type WebSocketClass } from "./platform.ts";

/** Opens, lets `act` send, closes behind that, and answers what the server got: `"text hello"`, `"binary 1,2"`. */
async function sentBy(
  WebSocket: WebSocketClass | typeof OurWebSocket,
  act: (socket: WebSocket) => unknown,
): Promise<string[]> {
  const frames: ClientFrame[] = [];
  await withRawServer(echoing(frames), async ({ url }) => {
    const socket = new WebSocket(url) as WebSocket;
    await bounded("the socket to be open", next(socket, "open"));
    const closed = next(socket, "close");
    await act(socket);
    socket.close(1000);
    await bounded("the socket to be closed", closed);
  });
  return frames.slice(0, -1).map(({ opcode, payload, fin }) => {
    if (!fin) return "a fragment";
    return opcode === 1 ? `text ${new TextDecoder().decode(payload)}` : `binary ${payload.join()}`;
  });
}

describe("WebSocket.send", () => {
  both("InvalidStateError before open; what is asked for is checked first", async (WebSocket) => {
    await withRawServer(echoing(), async ({ url }) => {
      const socket = new WebSocket(url);
      const send = socket.send as (...data: unknown[]) => void;
      const error = assertThrows(() => socket.send("early"), DOMException as never) as DOMException;
      assertEquals(error.name, "InvalidStateError");
      assertThrows(() => send.call(socket), TypeError);
      await bounded("the socket to be open", next(socket, "open"));
      assertThrows(() => send.call(socket), TypeError);
      assertEquals(socket.bufferedAmount, 0);
      const closed = next(socket, "close");
      socket.close();
      await bounded("the socket to be closed", closed);
    });
  });

  both("a string is a text message, everything else is made one", async (WebSocket) => {
    const values = ["", "hello", "é€😀", 123, null, undefined, true, { toString: () => "object" }, [1, 2]];
    const texts = ["", "hello", "é€😀", "123", "null", "undefined", "true", "object", "1,2"];
    const sent = await sentBy(WebSocket, (socket) => values.forEach((value) => socket.send(value as string)));
    assertEquals(sent, texts.map((text) => `text ${text}`));
  });

  both("a lone surrogate becomes U+FFFD", async (WebSocket) => {
    assertEquals(await sentBy(WebSocket, (socket) => socket.send("a\ud800b")), ["text a\ufffdb"]);
  });

  both("bytes are a binary message: an ArrayBuffer, any view, a Blob", async (WebSocket) => {
    const { buffer } = new Uint8Array([0, 1, 2, 3, 4, 5, 6, 7]);
    const sent = await sentBy(WebSocket, (socket) => {
      socket.send(buffer);
      socket.send(new Uint8Array(buffer, 2, 3));
      socket.send(new DataView(buffer, 1, 2));
      socket.send(new Uint16Array(buffer, 4, 2));
      socket.send(new Float64Array(buffer));
      socket.send(new ArrayBuffer(0));
      socket.send(new Blob([new Uint8Array([9, 8])]));
      socket.send(new Blob([]));
    });
    const all = "0,1,2,3,4,5,6,7";
    const views = [all, "2,3,4", "1,2", "4,5,6,7", all, "", "9,8", ""];
    assertEquals(sent, views.map((bytes) => `binary ${bytes}`));
  }, { node: "Close does not wait for Blobs" });

  both("order is kept behind a Blob, and the closing handshake is behind them all", async (WebSocket) => {
    const sent = await sentBy(WebSocket, (socket) => {
      socket.send("first");
      socket.send(new Blob([new Uint8Array([1]), new Uint8Array([2])]));
      socket.send("second");
      socket.send(new Uint8Array([3]));
      socket.send(new Blob([new Uint8Array([4])]));
      socket.send("third");
    });
    assertEquals(sent, ["text first", "binary 1,2", "text second", "binary 3", "binary 4", "text third"]);
  }, { node: "Close does not wait for Blobs" });

  both("memory may be changed at once", async (WebSocket) => {
    const sent = await sentBy(WebSocket, (socket) => {
      const bytes = new Uint8Array([1, 2, 3]);
      socket.send(bytes);
      bytes.fill(0);
      socket.send(new Blob([new Uint8Array([4])]));
      bytes.fill(5);
      socket.send(bytes);
      bytes.fill(0);
    });
    assertEquals(sent, ["binary 1,2,3", "binary 4", "binary 5,5,5"]);
  }, { node: "Close does not wait for Blobs", deno: "memory that waits behind a Blob is not copied" });

  both("messages of every length of a header, in one frame each", async (WebSocket) => {
    const lengths = [125, 126, 127, 65535, 65536, 300_000];
    const sent = await sentBy(
      WebSocket,
      (socket) => lengths.forEach((length) => socket.send("x".repeat(length))),
    );
    assertEquals(sent.map((text) => text.length - "text ".length), lengths);
  });

  both("after close nothing is sent, and nothing is thrown", async (WebSocket) => {
    const sent = await sentBy(WebSocket, (socket) => {
      socket.send("before");
      socket.close(1000);
      socket.send("after");
      socket.send(new Blob(["after"]));
    });
    assertEquals(sent, ["text before"]);
  });

  it("a Blob whose content cannot be read fails the connection", async () => {
    class Broken extends Blob {
      override arrayBuffer(): Promise<ArrayBuffer> {
        return Promise.reject(new Error("the file is gone"));
      }
    }
    await withRawServer(async (peer) => {
      await peer.handshake();
      assertEquals((await peer.readFrame()).close?.code, 1001);
      await peer.closed();
    }, async ({ url }) => {
      const socket = new OurWebSocket(url);
      await bounded("the socket to be open", next(socket, "open"));
      const errors: unknown[] = [];
      socket.onerror = ({ error }) => errors.push(error.code, error.cause.message);
      const closed = next(socket, "close");
      socket.send(new Broken(["x"]));
      socket.send("behind");
      await bounded("the socket to be closed", closed);
      assertEquals(errors, ["Io", "the file is gone"]);
    });
  });

  it("a send that would pass maxBufferedAmount fails the connection, and does not throw", async () => {
    await withRawServer(async (peer) => {
      await peer.handshake();
      assertEquals((await peer.readFrame()).close?.code, 1001);
      await peer.closed();
    }, async ({ url }) => {
      const socket = new OurWebSocket(url, { maxBufferedAmount: 100 });
      await bounded("the socket to be open", next(socket, "open"));
      const errors: unknown[] = [];
      socket.onerror = ({ error }) => errors.push(error.code);
      const closed = next(socket, "close");
      socket.send("x".repeat(101));
      assertEquals(socket.bufferedAmount, 101);
      await bounded("the socket to be closed", closed);
      assertEquals([errors, socket.bufferedAmount], [["LimitExceeded"], 101]);
    });
  });
});
