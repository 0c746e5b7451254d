import { describe, it } from "node:test";
import { assert, assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { WebSocket as OurWebSocket, WebSocketError } from "@silver9/websocket/web";
import { memoryServer } from "../client/memory_server.ts";
import { bounded, turn, until } from "../client/setup.ts";
import { closeFrame, textFrame } from "../support/frames.ts";
import { type ClientFrame, type RawPeer, withRawServer } from "../support/raw_server.ts";
import { both, next, type WebSocketClass } from "./platform.ts";

/** What happened to a socket, in order, with `readyState` at that time. */
function record(socket: WebSocket): unknown[][] {
  const events: unknown[][] = [];
  socket.onopen = () => events.push(["open", socket.readyState]);
  socket.onmessage = ({ data }) => events.push(["message", data]);
  socket.onerror = ({ type }) => events.push([type, socket.readyState]);
  socket.onclose = ({ type, code, reason, wasClean }) =>
    events.push([type, socket.readyState, code, reason, wasClean]);
  return events;
}

/** A server that opens, answers the client's Close by the same, and ends the connection. */
async function closingServer(peer: RawPeer, frames: ClientFrame[] = []): Promise<void> {
  await peer.handshake();
  let frame: ClientFrame;
  do frames.push(frame = await peer.readFrame()); while (frame.opcode !== 8);
  await peer.send(closeFrame(frame.close?.code, frame.close?.reason));
  await peer.end();
}

/** Opens, closes with these arguments, and answers the Close frame and what happened then. */
async function closedWith(
  WebSocket: WebSocketClass,
  ...args: [unknown?, unknown?]
): Promise<{ payload: Uint8Array; close: ClientFrame["close"]; events: unknown[][] }> {
  const frames: ClientFrame[] = [];
  let events: unknown[][] = [];
  await withRawServer((peer) => closingServer(peer, frames), async ({ url }) => {
    const socket = new WebSocket(url);
    events = record(socket);
    await bounded("the socket to be open", next(socket, "open"));
    const closed = next(socket, "close");
    socket.close(...args as [number, string]);
    events.push(["closing", socket.readyState]);
    await bounded("the socket to be closed", closed);
  });
  return { payload: frames[0].payload, close: frames[0].close, events };
}

describe("WebSocket.close", () => {
  both("without arguments, a Close frame without a body; the event has 1005", async (WebSocket) => {
    for (const args of [[], [undefined], [undefined, undefined], [undefined, ""]]) {
      const { payload, events } = await closedWith(WebSocket, ...args);
      assertEquals(payload.length, 0);
      assertEquals(events, [["open", 1], ["closing", 2], ["close", 3, 1005, "", true]]);
    }
  });

  both("a code and a reason reach the server and come back", async (WebSocket) => {
    const reason = "€".repeat(41);
    for (const [code, text] of [[1000, ""], [3000, "why"], [4999, reason]] as const) {
      const { close, events } = await closedWith(WebSocket, code, text);
      assertEquals(close, { code, reason: text });
      assertEquals(events.slice(1), [["closing", 2], ["close", 3, code, text, true]]);
    }
  });

  both("a reason without a code takes 1000 along", async (WebSocket) => {
    assertEquals((await closedWith(WebSocket, undefined, "why")).close, { code: 1000, reason: "why" });
  }, { deno: "the reason is sent where the code belongs" });

  both("arguments are converted as Web IDL has it", async (WebSocket) => {
    assertEquals((await closedWith(WebSocket, "3001", null)).close, { code: 3001, reason: "null" });
    assertEquals((await closedWith(WebSocket, 3000.5, 7)).close, { code: 3000, reason: "7" });
    assertEquals((await closedWith(WebSocket, 3001.5, "\ud800")).close, { code: 3002, reason: "\ufffd" });
  });

  both("InvalidAccessError for another code, in every state", async (WebSocket) => {
    const codes = [0, 1, 500, 999, 1001, 1002, 1005, 1006, 1015, 2999, 5000, 65535, 65536, -1];
    const values = [...codes, NaN, "text", null, {}, Infinity, 66536];
    const check = (socket: WebSocket) => {
      for (const code of values) {
        const error = assertThrows(
          () => socket.close(code as number),
          DOMException as never,
          undefined,
          `${code}`,
        );
        assertEquals((error as DOMException).name, "InvalidAccessError");
      }
    };
    await withRawServer(closingServer, async ({ url }) => {
      const socket = new WebSocket(url);
      check(socket);
      await bounded("the socket to be open", next(socket, "open"));
      check(socket);
      assertEquals(socket.readyState, 1);
      const closed = next(socket, "close");
      socket.close(1000);
      check(socket);
      await bounded("the socket to be closed", closed);
      check(socket);
    });
  }, { bun: "1001 and 1002 are allowed" });

  both("SyntaxError for a reason of more than 123 bytes", async (WebSocket) => {
    await withRawServer(closingServer, async ({ url }) => {
      const socket = new WebSocket(url);
      await bounded("the socket to be open", next(socket, "open"));
      for (const reason of ["x".repeat(124), "€".repeat(42)]) {
        const error = assertThrows(() => socket.close(1000, reason), DOMException as never);
        assertEquals((error as DOMException).name, "SyntaxError");
      }
      assertEquals(socket.readyState, 1);
      const closed = next(socket, "close");
      socket.close(1000);
      await bounded("the socket to be closed", closed);
    });
  }, { bun: "the exception is no DOMException" });

  both("twice: the first one counts", async (WebSocket) => {
    await withRawServer(closingServer, async ({ url }) => {
      const socket = new WebSocket(url);
      await bounded("the socket to be open", next(socket, "open"));
      const events = record(socket);
      const closed = next(socket, "close");
      socket.close(3000, "first");
      socket.close(3001, "second");
      await bounded("the socket to be closed", closed);
      socket.close(3002);
      await turn();
      assertEquals(events, [["close", 3, 3000, "first", true]]);
    });
  });

  both("while connecting: CLOSING at once, then error and close with 1006", async (WebSocket) => {
    await withRawServer(async (peer) => {
      // It may be gone before or after its request.
      await peer.readRequest().catch(() => {});
      await peer.closed().catch(() => {});
    }, async ({ url }) => {
      const socket = new WebSocket(url);
      const events = record(socket);
      const closed = next(socket, "close");
      socket.close();
      assertEquals([socket.readyState, events], [2, []]);
      await bounded("the socket to be closed", closed);
      assertEquals(events, [["error", 3], ["close", 3, 1006, "", false]]);
    });
  }, { deno: "the code is 0", node: "both come from within close" });

  both("in the handler of open", async (WebSocket) => {
    await withRawServer(closingServer, async ({ url }) => {
      const socket = new WebSocket(url);
      const events = record(socket);
      socket.addEventListener("open", () => socket.close(3333));
      await bounded("the socket to be closed", next(socket, "close"));
      assertEquals(events, [["open", 1], ["close", 3, 3333, "", true]]);
    });
  });

  both("no message is told from then on", async (WebSocket) => {
    await withRawServer(async (peer) => {
      await peer.handshake();
      await peer.send(textFrame("one"));
      await peer.readFrame();
      await peer.send(textFrame("late"));
      await peer.send(closeFrame(1000));
      await peer.end();
    }, async ({ url }) => {
      const socket = new WebSocket(url);
      const events = record(socket);
      socket.addEventListener("message", () => socket.close(1000));
      await bounded("the socket to be closed", next(socket, "close"));
      assertEquals(events, [["open", 1], ["message", "one"], ["close", 3, 1000, "", true]]);
    });
  }, { deno: "it is told" });

  it("at any moment of connecting: what has been closed does not open", async () => {
    let opened = 0;
    for (let moment = 0; opened < 3; moment++) {
      assert(moment < 1000, "it never opens");
      const server = memoryServer();
      const socket = new OurWebSocket("ws://memory.example", { transport: server.transport });
      const events = record(socket as WebSocket);
      const closed = next(socket, "close");
      for (let microtask = 0; microtask < moment; microtask++) await Promise.resolve();
      const before = socket.readyState;
      socket.close(1000);
      await bounded("the socket to be closed", closed);
      if (before === 1) opened++;
      const end = ["close", 3, before === 1 ? 1000 : 1006, "", before === 1];
      assertEquals(events, before === 1 ? [["open", 1], end] : [["error", 3], end], `${moment}`);
    }
  });

  it("a server that does not answer: closeTimeout ends the wait, with error and close", async () => {
    await withRawServer(async (peer) => {
      await peer.handshake();
      await peer.readFrame();
      await peer.closed();
    }, async ({ url }) => {
      const socket = new OurWebSocket(url, { closeTimeout: 50 });
      await bounded("the socket to be open", next(socket, "open"));
      const errors: unknown[] = [];
      socket.onerror = ({ error }) => errors.push(error.code, error.phase);
      const closed = next(socket, "close");
      socket.close();
      const { code, wasClean } = await bounded("the socket to be closed", closed) as CloseEvent;
      assertEquals([errors, code, wasClean], [["Timeout", "close"], 1006, false]);
    });
  });
});

describe("WebSocket: the server ends the connection", () => {
  const serverThat = (end: (peer: RawPeer) => Promise<void>) => async (peer: RawPeer) => {
    await peer.handshake();
    await peer.send(textFrame("before"));
    await end(peer);
    await peer.closed().catch(() => {});
  };
  const eventsAfter = async (WebSocket: WebSocketClass, end: (peer: RawPeer) => Promise<void>) => {
    let events: unknown[][] = [];
    await withRawServer(serverThat(end), async ({ url }) => {
      const socket = new WebSocket(url);
      events = record(socket);
      await bounded("the socket to be closed", next(socket, "close"));
    });
    return events.slice(2);
  };

  both("by Close, with a code and a reason, or without", async (WebSocket) => {
    const closing = (code?: number, reason?: string) =>
      eventsAfter(WebSocket, async (peer) => {
        await peer.send(closeFrame(code, reason));
        assertEquals((await peer.readFrame()).close?.code, code);
        await peer.end();
      });
    assertEquals(await closing(1000, "done"), [["close", 3, 1000, "done", true]]);
    assertEquals(await closing(1012), [["close", 3, 1012, "", true]]);
    assertEquals(await closing(4000, "é"), [["close", 3, 4000, "é", true]]);
    assertEquals(await closing(), [["close", 3, 1005, "", true]]);
  });

  both("by Close: readyState is CLOSING until the stream has ended", async (WebSocket) => {
    const seen = Promise.withResolvers<void>();
    await withRawServer(async (peer) => {
      await peer.handshake();
      await peer.send(closeFrame(1000));
      await peer.readFrame();
      await seen.promise;
      await peer.end();
    }, async ({ url }) => {
      const socket = new WebSocket(url);
      const events = record(socket);
      await bounded("the socket to be open", next(socket, "open"));
      await until("readyState to be CLOSING", () => socket.readyState !== 1);
      assertEquals(socket.readyState, 2);
      socket.close();
      socket.send("nobody will read this");
      const closed = next(socket, "close");
      seen.resolve();
      await bounded("the socket to be closed", closed);
      assertEquals(events, [["open", 1], ["close", 3, 1000, "", true]]);
    });
  }, { deno: "it is CLOSED at once" });

  both("without a Close: error, and close with 1006", async (WebSocket) => {
    const lost = [["error", 3], ["close", 3, 1006, "", false]];
    assertEquals(await eventsAfter(WebSocket, (peer) => peer.end()), lost);
  }, { bun: "no error event", deno: "the code is 0" });

  both("by a violation of the protocol: error, and close with 1006", async (WebSocket) => {
    const broken = (peer: RawPeer) => peer.send(textFrame("masked", { mask: new Uint8Array(4) }));
    assertEquals(await eventsAfter(WebSocket, broken), [["error", 3], ["close", 3, 1006, "", false]]);
  }, { deno: "masked frames are taken" });

  it("the error event carries our error: what was lost, what was violated", async () => {
    const errorAfter = async (end: (peer: RawPeer) => Promise<void>) => {
      let error: WebSocketError | undefined;
      await withRawServer(serverThat(end), async ({ url }) => {
        const socket = new OurWebSocket(url);
        socket.onerror = (event) => {
          assertInstanceOf(event, ErrorEvent);
          assertEquals(event.message, event.error.message);
          error = event.error;
        };
        await bounded("the socket to be closed", next(socket, "close"));
      });
      assertInstanceOf(error, WebSocketError);
      return error;
    };
    const lost = await errorAfter((peer) => peer.end());
    assertEquals([lost.code, lost.closeCode], ["ConnectionClosed", 1006]);
    const reset = await errorAfter((peer) => Promise.resolve(peer.reset()));
    assertEquals(reset.code, "Io");
    const violation = await errorAfter((peer) => peer.send(textFrame(new Uint8Array([0xff]))));
    assertEquals([violation.code, violation.closeCode], ["ProtocolViolation", 1007]);
  });
});
