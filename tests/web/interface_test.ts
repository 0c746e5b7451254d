import { describe } from "node:test";
import { assert, assertEquals, assertInstanceOf, assertStrictEquals, assertThrows } from "@std/assert";
import { both, next, type WebSocketClass } from "./platform.ts";

/** Refused at once: nobody listens there. */
const nowhere = "ws://127.0.0.1:1";

/** Runs `body` with a socket that will not open, and waits until it is closed. */
async function withSocket(WebSocket: WebSocketClass, body: (socket: WebSocket) => void): Promise<void> {
  const socket = new WebSocket(nowhere);
  const closed = next(socket, "close");
  body(socket);
  await closed;
}

describe("the interface of WebSocket", () => {
  both(
    "constants are on the class and on its instances, to be enumerated and not to be changed",
    (WebSocket) =>
      withSocket(WebSocket, (socket) => {
        const constants = { CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 };
        for (const [name, value] of Object.entries(constants)) {
          const expected = { value, writable: false, enumerable: true, configurable: false };
          assertEquals(Object.getOwnPropertyDescriptor(WebSocket, name), expected);
          assertEquals(Object.getOwnPropertyDescriptor(WebSocket.prototype, name), expected);
          assertEquals(Reflect.get(socket, name), value);
          assertEquals(Reflect.set(socket, name, 7), false);
        }
      }),
    { deno: "constants are accessors, and not enumerable on the class" },
  );

  both("attributes and operations are on the prototype, to be enumerated", ({ prototype }) => {
    const attributes = ["url", "readyState", "bufferedAmount", "extensions", "protocol"];
    const settable = ["onopen", "onerror", "onclose", "onmessage", "binaryType"];
    for (const name of [...attributes, ...settable]) {
      const descriptor = Object.getOwnPropertyDescriptor(prototype, name)!;
      assertEquals([descriptor.enumerable, typeof descriptor.get], [true, "function"], name);
      assertEquals(typeof descriptor.set, settable.includes(name) ? "function" : "undefined", name);
    }
    for (const name of ["send", "close"]) {
      const { enumerable, writable } = Object.getOwnPropertyDescriptor(prototype, name)!;
      assertEquals([enumerable, writable], [true, true], name);
    }
    assertEquals(Object.getOwnPropertyDescriptor(prototype, "constructor")!.enumerable, false);
  });

  both("functions say how many arguments they must have", (WebSocket) => {
    assertEquals([WebSocket.length, WebSocket.name], [1, "WebSocket"]);
    assertEquals([WebSocket.prototype.send.length, WebSocket.prototype.close.length], [1, 0]);
  }, { deno: "the constructor's length is 2" });

  both("an instance is an EventTarget and says what it is", (WebSocket) =>
    withSocket(WebSocket, (socket) => {
      assertInstanceOf(socket, EventTarget);
      assertStrictEquals(Object.getPrototypeOf(WebSocket.prototype), EventTarget.prototype);
      assertEquals(Object.prototype.toString.call(socket), "[object WebSocket]");
      assertEquals(Object.getOwnPropertyNames(socket), []);
    }));

  both("can be extended", async (WebSocket) => {
    class Derived extends WebSocket {
      readonly extra = 1;
    }
    const socket = new Derived(nowhere);
    assert(socket instanceof Derived && socket instanceof WebSocket);
    await next(socket, "close");
    assertEquals(socket.readyState, 3);
  });

  both("cannot be called without new, nor without a URL", (WebSocket) => {
    assertThrows(() => (WebSocket as unknown as (url: string) => void)(nowhere), TypeError);
    assertThrows(() => new (WebSocket as unknown as new () => void)(), TypeError);
  });

  both("attributes of a new one", (WebSocket) =>
    withSocket(WebSocket, (socket) => {
      const { readyState, bufferedAmount, extensions, protocol, binaryType, url } = socket;
      assertEquals([readyState, bufferedAmount, extensions, protocol, binaryType], [0, 0, "", "", "blob"]);
      assertEquals([socket.onopen, socket.onmessage, socket.onerror, socket.onclose], [
        null,
        null,
        null,
        null,
      ]);
      assertEquals(url, `${nowhere}/`);
    }), { bun: "binaryType is nodebuffer" });

  both("read-only attributes stay what they are", (WebSocket) =>
    withSocket(WebSocket, (socket) => {
      for (const name of ["url", "readyState", "bufferedAmount", "extensions", "protocol"]) {
        const before = Reflect.get(socket, name);
        assertEquals(Reflect.set(socket, name, "changed"), false, name);
        assertEquals(Reflect.get(socket, name), before);
      }
    }));

  both(
    "a handler is what was set, if it can be called; anything else is null",
    (WebSocket) =>
      withSocket(WebSocket, (socket) => {
        const handler = () => {};
        for (const name of ["onopen", "onmessage", "onerror", "onclose"] as const) {
          socket[name] = handler;
          assertStrictEquals(socket[name], handler);
          for (const value of [undefined, 5, "text", null]) {
            socket[name] = handler;
            Reflect.set(socket, name, value);
            assertStrictEquals(socket[name], null, String(value));
          }
        }
      }),
  );

  both("an object as a handler is kept, and never called", async (WebSocket) => {
    const socket = new WebSocket(nowhere);
    const handler = { handleEvent: () => fail() };
    const fail = () => {
      throw new Error("called");
    };
    Reflect.set(socket, "onclose", handler);
    assertStrictEquals(socket.onclose as unknown, handler);
    await next(socket, "close");
  });
});
