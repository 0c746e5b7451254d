import { describe, it } from "node:test";
import { assertEquals, assertThrows } from "@std/assert";
import { WebSocketError } from "../../src/core/errors.ts";
import { checkHandler } from "../../src/driver/check_handler.ts";

/** What is said of a handler from a program without types. */
function refusal(handler: unknown): string {
  const error = assertThrows(() => checkHandler(handler as object, false), WebSocketError);
  assertEquals(error.code, "InvalidConfiguration");
  return error.message.replace(/allowed: onActivated, .*, onQuit$/, "allowed: …");
}

const ignore = () => {};

describe("a handler is checked before it runs", () => {
  it("no object is refused", () => {
    for (const [handler, got] of [[undefined, "undefined"], [null, "null"], [ignore, "function"]]) {
      assertEquals(refusal(handler), `run: got ${got}, allowed: an object with the handler's methods`);
    }
  });

  it("a callback that is no function is refused", () => {
    assertEquals(refusal({ onTextMessage: "x" }), "run: onTextMessage is string, allowed: a function");
    assertEquals(refusal({ onQuit: null }), "run: onQuit is null, allowed: a function");
  });

  it("a slip of the case, and callbacks of other clients where messages are not heard, are refused", () => {
    const message = (name: string) => `run: ${name} is not a callback of a handler, allowed: …`;
    assertEquals(refusal({ onBinaryMessage: ignore, onTextmessage: ignore }), message("onTextmessage"));
    assertEquals(refusal({ onActivated: ignore, onMessage: ignore }), message("onMessage"));
    assertEquals(refusal({ onmessage: ignore }), message("onmessage"));
  });

  it("members of one's own are allowed", () => {
    checkHandler({}, false);
    checkHandler({ onError: undefined }, false);
    const own = { onTextMessage: ignore, onMessage: ignore, once: ignore, one: 1, online: true, count: 0 };
    checkHandler(own, false);
    checkHandler({ online: true, once: ignore } as object, false);
    checkHandler(
      new class {
        onTextMessage(): void {}
        onTrade(): void {}
      }(),
      false,
    );
  });
});
