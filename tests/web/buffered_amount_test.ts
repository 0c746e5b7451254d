import { describe, it } from "node:test";
import { assert, assertEquals } from "@std/assert";
import { WebSocket as OurWebSocket } from "@silver9/websocket/web";
import { bounded, turn, until } from "../client/setup.ts";
import { withRawServer } from "../support/raw_server.ts";
import { memoryServer } from "../client/memory_server.ts";
import { echoing } from "./echo.ts";
import { both, next, type WebSocketClass } from "./platform.ts";

/** Opens, runs `body`, and closes if that has not. */
async function withOpen(
  WebSocket: WebSocketClass,
  body: (socket: WebSocket) => void | Promise<void>,
): Promise<void> {
  await withRawServer(echoing(), async ({ url }) => {
    const socket = new WebSocket(url);
    await bounded("the socket to be open", next(socket, "open"));
    const closed = next(socket, "close");
    await body(socket);
    socket.close();
    await bounded("the socket to be closed", closed);
  });
}

describe("WebSocket.bufferedAmount", () => {
  both(
    "grows by each send, in bytes of UTF-8 and without headers, as long as the task lasts",
    (WebSocket) =>
      withOpen(WebSocket, (socket) => {
        const amounts = [
          "hello",
          "é€😀",
          "\ud800",
          new ArrayBuffer(7),
          new Uint16Array(2),
          new Blob(["12345678"]),
        ]
          .map((data) => {
            socket.send(data);
            return socket.bufferedAmount;
          });
        assertEquals(amounts, [5, 14, 17, 24, 28, 36]);
      }),
    { bun: "what the system took is not counted", deno: "a Blob is not counted" },
  );

  both("is 0 again when all has been sent", (WebSocket) =>
    withOpen(WebSocket, async (socket) => {
      socket.send("x".repeat(100_000));
      socket.send(new Blob(["blob"]));
      socket.send("behind");
      await until("everything to be sent", () => socket.bufferedAmount === 0);
    }));

  both("what is sent after close stays in it", (WebSocket) =>
    withOpen(WebSocket, async (socket) => {
      const closed = next(socket, "close");
      socket.close();
      socket.send("12345");
      socket.send(new Blob(["678"]));
      assertEquals(socket.bufferedAmount, 8);
      await bounded("the socket to be closed", closed);
      assertEquals(socket.bufferedAmount, 8);
      socket.send(new Uint8Array(2));
      await turn();
      assertEquals(socket.bufferedAmount, 10);
    }), { deno: "it is not counted", node: "it is not counted" });

  both("of a connection that never opened: what was sent after its end", async (WebSocket) => {
    const socket = new WebSocket("ws://127.0.0.1:1");
    await bounded("the socket to be closed", next(socket, "close"));
    socket.send("hello");
    assertEquals(socket.bufferedAmount, 5);
  }, { deno: "it is not counted", node: "it is not counted" });

  it("of a peer that does not read: what waits, and less when some was taken; at the end it stays", async () => {
    const server = memoryServer({ client: { capacity: 1000 } });
    const socket = new OurWebSocket("ws://memory.example", { transport: server.transport });
    await bounded("the socket to be open", next(socket, "open"));
    server.stream.pause();
    for (let count = 0; count < 10; count++) socket.send(new Uint8Array(1000));
    assertEquals(socket.bufferedAmount, 10_000);
    await until("what was taken to be counted off", () => socket.bufferedAmount < 10_000);
    const waiting = socket.bufferedAmount;
    assert(waiting >= 9000, `${waiting}`);
    const closed = next(socket, "close");
    server.stream.destroy();
    await bounded("the socket to be closed", closed);
    assertEquals(socket.bufferedAmount, waiting);
  });
});
