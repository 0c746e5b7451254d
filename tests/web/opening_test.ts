import { describe, it } from "node:test";
import { assertEquals, assertInstanceOf } from "@std/assert";
import { WebSocket as OurWebSocket, WebSocketError, type WebSocketOptions } from "@silver9/websocket/web";
import { bounded, transports } from "../client/setup.ts";
import { serversOfThisRuntime, wsServer } from "../support/servers.ts";
import { type HandshakeAnswer, withRawServer } from "../support/raw_server.ts";
import { echoing } from "./echo.ts";
import { both, next, type WebSocketClass } from "./platform.ts";

/** The events of a connection whose handshake is answered so. */
async function eventsOf(
  WebSocket: WebSocketClass,
  answer: HandshakeAnswer,
  protocols: string[] = [],
): Promise<unknown[]> {
  const events: unknown[] = [];
  await withRawServer(async (peer) => {
    await peer.handshake(answer);
    await peer.end();
    await peer.closed().catch(() => {});
  }, async ({ url }) => {
    const socket = new WebSocket(url, protocols);
    socket.onopen = ({ type }) => events.push(type);
    socket.onerror = ({ type }) => events.push(type, socket.readyState);
    socket.onclose = ({ type, code, wasClean }) => events.push(type, code, wasClean);
    await bounded("the socket to be closed", next(socket, "close"));
    assertEquals([socket.protocol, socket.extensions], ["", ""]);
  });
  return events;
}

const failed = ["error", 3, "close", 1006, false];

describe("WebSocket: the opening handshake", () => {
  both("the subprotocol that the server chose, once open", async (WebSocket) => {
    await withRawServer(async (peer) => {
      await peer.handshake({ headers: { "Sec-WebSocket-Protocol": "v1" } });
      await peer.readFrame();
      await peer.end();
    }, async ({ url }) => {
      const socket = new WebSocket(url, ["v2", "v1"]);
      assertEquals([socket.protocol, socket.extensions], ["", ""]);
      await bounded("the socket to be open", next(socket, "open"));
      assertEquals([socket.protocol, socket.extensions], ["v1", ""]);
      const closed = next(socket, "close");
      socket.close();
      await bounded("the socket to be closed", closed);
      assertEquals(socket.protocol, "v1");
    });
  });

  both("one that was not asked for fails it", async (WebSocket) => {
    const answer = { headers: { "Sec-WebSocket-Protocol": "other" } };
    assertEquals(await eventsOf(WebSocket, answer, ["chat"]), failed);
    assertEquals(await eventsOf(WebSocket, answer), failed);
  }, { deno: "it opens" });

  both("none where some were asked for fails it", async (WebSocket) => {
    assertEquals(await eventsOf(WebSocket, {}, ["chat"]), failed);
  }, { deno: "it opens" });

  both("another status, a wrong key, an extension that was not offered fail it", async (WebSocket) => {
    assertEquals(await eventsOf(WebSocket, { statusLine: "HTTP/1.1 403 Forbidden" }), failed);
    assertEquals(await eventsOf(WebSocket, { headers: { "Sec-WebSocket-Accept": "wrong" } }), failed);
    assertEquals(await eventsOf(WebSocket, { headers: { "Sec-WebSocket-Extensions": "other" } }), failed);
  }, { deno: "a wrong key opens" });

  both("nobody listens: error and close", async (WebSocket) => {
    const events: unknown[] = [];
    const socket = new WebSocket("ws://127.0.0.1:1");
    socket.onerror = ({ type }) => events.push(type, socket.readyState);
    socket.onclose = ({ type, code, wasClean }) => events.push(type, code, wasClean);
    await bounded("the socket to be closed", next(socket, "close"));
    assertEquals(events, failed);
  }, { deno: "the code is 0" });

  it("the error event carries what the server answered", async () => {
    await withRawServer(async (peer) => {
      await peer.readRequest();
      await peer.send("HTTP/1.1 401 Unauthorized\r\nX-Why: because\r\nContent-Length: 4\r\n\r\nwho?");
      await peer.end();
    }, async ({ url }) => {
      const socket = new OurWebSocket(url);
      const { error } = await bounded("the error", next(socket, "error")) as ErrorEvent;
      assertInstanceOf(error, WebSocketError);
      assertEquals([error.code, error.response?.status], ["HandshakeFailed", 401]);
      assertEquals(new TextDecoder().decode(error.response?.body), "who?");
    });
  });

  it("a server that says nothing: handshakeTimeout", async () => {
    await withRawServer(async (peer) => {
      await peer.readRequest();
      await peer.closed();
    }, async ({ url }) => {
      const socket = new OurWebSocket(url, { handshakeTimeout: 50 });
      const { error } = await bounded("the error", next(socket, "error")) as ErrorEvent;
      assertEquals([error.code, error.phase], ["Timeout", "upgrade"]);
    });
  });
});

describe("WebSocket: over every transport, to real servers", () => {
  /** Echoes a text and 100 KB, and closes. */
  const talk = async (url: string, options: WebSocketOptions): Promise<void> => {
    const socket = new OurWebSocket(url, options);
    socket.binaryType = "arraybuffer";
    await bounded("the socket to be open", next(socket, "open"));
    const sizes: number[] = [];
    const closed = next(socket, "close");
    socket.onmessage = ({ data }) => {
      sizes.push(data.byteLength ?? data.length);
      if (sizes.length === 2) socket.close(1000);
    };
    socket.send("hello");
    socket.send(new Uint8Array(100_000));
    const { code, wasClean } = await bounded("the socket to be closed", closed) as CloseEvent;
    assertEquals([sizes, code, wasClean], [[5, 100_000], 1000, true]);
  };

  for (const transport of transports) {
    it(`${transport}: ws:`, async () => {
      for (const { start } of serversOfThisRuntime()) {
        await using server = await start();
        await talk(server.url, { transport });
      }
    });

    it(`${transport}: wss:, with an authority of one's own`, async () => {
      await using server = await wsServer({ tls: true });
      await talk(server.url, { transport, tls: { caCerts: server.ca } });
    });
  }

  it("a certificate that nobody vouches for fails it, with TlsFailed", async () => {
    await using server = await wsServer({ tls: true });
    const socket = new OurWebSocket(server.url);
    const codes: unknown[] = [];
    socket.onerror = ({ error }) => codes.push(error.code);
    socket.onclose = ({ code }) => codes.push(code);
    await bounded("the socket to be closed", next(socket, "close"));
    assertEquals(codes, ["TlsFailed", 1006]);
  });

  both("many messages in both directions, in order", async (WebSocket) => {
    await withRawServer(echoing(), async ({ url }) => {
      const socket = new WebSocket(url);
      await bounded("the socket to be open", next(socket, "open"));
      const texts = Array.from({ length: 2000 }, (_, index) => `message ${index}`);
      const received: string[] = [];
      const closed = next(socket, "close");
      socket.onmessage = ({ data }) => {
        received.push(data);
        if (received.length === texts.length) socket.close();
      };
      for (const text of texts) socket.send(text);
      await bounded("the socket to be closed", closed);
      assertEquals(received, texts);
    });
  });
});
