import { describe, it } from "node:test";
import { assert, assertEquals, assertInstanceOf, assertStrictEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import type { ControlMessage, WebSocketEvent } from "../../src/client/events.ts";
import { createChannel } from "../../src/channel/channel.ts";
import type { Codec } from "../../src/channel/codec.ts";
import { encodeRecord } from "../../src/channel/codec.ts";
import { controlCodec } from "../../src/channel/control_codec.ts";
import { eventCodec } from "../../src/channel/event_codec.ts";
import { Memory } from "../../src/channel/memory.ts";
import { WebSocketError } from "../../src/core/errors.ts";

/** Sends an item through a channel that it may have to be split for, and receives it. */
function pass<T>(codec: Codec<T>, item: T): T {
  const { sender, receiver } = createChannel(codec, { capacity: 1 << 18 });
  assertEquals(sender.trySend(item), { sent: true });
  const received = receiver.tryReceive();
  assert(received !== undefined && received !== null);
  assertEquals(receiver.tryReceive(), undefined);
  return received;
}

const text = fc.string({ unit: "grapheme", maxLength: 2000 });
const bytes = fc.uint8Array({ maxLength: 5000 });

describe("event codec", () => {
  const simple: fc.Arbitrary<WebSocketEvent> = fc.oneof(
    fc.constant<WebSocketEvent>({ type: "activated" }),
    fc.constant<WebSocketEvent>({ type: "quit" }),
    text.map((data): WebSocketEvent => ({ type: "text", data })),
    bytes.map((data): WebSocketEvent => ({ type: "binary", data })),
    bytes.map((data): WebSocketEvent => ({ type: "ping", data })),
    bytes.map((data): WebSocketEvent => ({ type: "pong", data })),
    fc.record({ type: fc.constant("textPart"), data: text, first: fc.boolean(), final: fc.boolean() }),
    fc.record({ type: fc.constant("binaryPart"), data: bytes, first: fc.boolean(), final: fc.boolean() }),
    fc.record({
      code: fc.nat(65535),
      reason: text,
      wasClean: fc.boolean(),
      initiator: fc.constantFrom("local", "remote", "none"),
    }).map((close): WebSocketEvent => ({ type: "closed", close })),
  );

  it("gives back what it was given", () => {
    fc.assert(fc.property(simple, (event) => assertEquals(pass(eventCodec, event), event)));
  });

  it("gives back a sequence of events through a ring that goes round", () => {
    const { sender, receiver } = createChannel(eventCodec, { capacity: 1 << 16 });
    fc.assert(fc.property(fc.array(simple, { maxLength: 5 }), (events) => {
      for (const event of events) assertEquals(sender.trySend(event), { sent: true });
      for (const event of events) assertEquals(receiver.tryReceive(), event);
    }));
  });

  for (const length of [0, 1, 511, 512, 513, 65535, 65536, 65537]) {
    it(`reads a text of ${length} bytes`, () => {
      for (const data of ["x".repeat(length), "é".repeat(length >> 1) + "x".repeat(length & 1)]) {
        assertEquals(pass(eventCodec, { type: "text", data }), { type: "text", data });
      }
    });
  }

  it("keeps a byte order mark (RFC 6455, number 37), in short texts and long ones", () => {
    for (const data of ["\ufeffa", "\ufeff" + "a".repeat(1000), "\ufeff" + "a".repeat(100_000)]) {
      assertEquals(pass(eventCodec, { type: "text", data }), { type: "text", data });
    }
  });

  it("makes a lone surrogate U+FFFD (number 38)", () => {
    assertEquals(pass(eventCodec, { type: "text", data: "a\ud800b" }), { type: "text", data: "a\ufffdb" });
  });

  it("gives bytes that are the receiver's own, with a buffer of their own", () => {
    for (const length of [0, 8, 1023, 1024, 5000]) {
      const event = pass(eventCodec, { type: "binary", data: new Uint8Array(length).fill(5) });
      assert(event.type === "binary");
      assertInstanceOf(event.data.buffer, ArrayBuffer);
      assertEquals([event.data.byteOffset, event.data.buffer.byteLength], [0, length]);
      assertStrictEquals(event.data.constructor, Uint8Array);
    }
  });

  it("tells an error with all it has", () => {
    const response = {
      status: 403,
      headers: [["server", "x"], ["set-cookie", "a"], ["set-cookie", "b"]] as const,
      body: Uint8Array.from({ length: 256 }, (_, index) => index),
    };
    const cause = Object.assign(new TypeError("refused"), { code: "ECONNREFUSED" });
    const error = new WebSocketError("HandshakeFailed", "status 403", {
      phase: "upgrade",
      closeCode: 1002,
      response,
      cause,
    });
    const event = pass(eventCodec, { type: "error", error });
    assert(event.type === "error");
    assertInstanceOf(event.error, WebSocketError);
    const { code, message, phase, closeCode } = event.error;
    assertEquals([code, message, phase, closeCode], ["HandshakeFailed", "status 403", "upgrade", 1002]);
    assertEquals(event.error.response, response);
    assertInstanceOf(event.error.cause, Error);
    assertEquals(
      [event.error.cause.name, event.error.cause.message, (event.error.cause as { code?: unknown }).code],
      ["TypeError", "refused", "ECONNREFUSED"],
    );
  });

  it("tells an error with nothing but code and message, and a cause that is no error", () => {
    const plain = pass(eventCodec, { type: "error", error: new WebSocketError("Io", "oops \ud800") });
    assert(plain.type === "error");
    const { code, message, phase, closeCode, response, cause } = plain.error;
    assertEquals([code, message], ["Io", "oops \ud800"]);
    assertEquals([phase, closeCode, response, cause], [undefined, undefined, undefined, undefined]);
    for (const [cause, told] of [["why", "why"], [Object.create(null), "[Object: null prototype] {}"]]) {
      const event = pass(eventCodec, { type: "error", error: new WebSocketError("Io", "", { cause }) });
      assert(event.type === "error");
      assertInstanceOf(event.error.cause, Error);
      assertEquals(event.error.cause.message, told);
    }
  });

  it("tells the error of a lost connection", () => {
    const close = { code: 1006, reason: "", wasClean: false, initiator: "none" } as const;
    const error = new WebSocketError("Io", "reset");
    const event = pass(eventCodec, { type: "closed", close: { ...close, error } });
    assert(event.type === "closed");
    assertInstanceOf(event.close.error, WebSocketError);
    assertEquals({ ...event.close, error: event.close.error.message }, { ...close, error: "reset" });
  });

  it("refuses a kind that it does not know", () => {
    assertThrows(() => eventCodec.decode(99, Memory.allocate(0), 0, 0), RangeError, "99");
    assertThrows(() => controlCodec.decode(99, Memory.allocate(0), 0, 0), RangeError, "99");
  });
});

describe("control codec", () => {
  const messages: fc.Arbitrary<ControlMessage> = fc.oneof(
    fc.constant<ControlMessage>({ type: "forceQuit" }),
    bytes.map((data): ControlMessage => ({ type: "sendText", data })),
    bytes.map((data): ControlMessage => ({ type: "sendBinary", data })),
    bytes.map((data): ControlMessage => ({ type: "sendPing", data })),
    bytes.map((data): ControlMessage => ({ type: "sendPong", data })),
    fc.record({ code: fc.integer(), reason: text }, { requiredKeys: [] })
      .map((close): ControlMessage => ({ type: "close", ...close })),
  );

  it("gives back what it was given", () => {
    fc.assert(fc.property(messages, (message) => assertEquals(pass(controlCodec, message), message)));
  });

  it("gives text as UTF-8", () => {
    fc.assert(fc.property(text, (data) => {
      const message = pass(controlCodec, { type: "sendText", data });
      assertEquals(message, { type: "sendText", data: new TextEncoder().encode(data) });
    }));
  });

  it("keeps what is not to be compressed apart", () => {
    const data = new Uint8Array([1, 2, 3]);
    for (const type of ["sendText", "sendBinary"] as const) {
      assertEquals(pass(controlCodec, { type, data, compress: false }), { type, data, compress: false });
      assertEquals(pass(controlCodec, { type, data, compress: true }), { type, data });
    }
  });

  it("makes data that was left out empty", () => {
    for (const type of ["sendPing", "sendPong"] as const) {
      assertEquals(pass(controlCodec, { type }), { type, data: new Uint8Array(0) });
    }
  });
});

describe("a record outside the ring", () => {
  it("is what would be in the ring", () => {
    const record = encodeRecord(eventCodec, { type: "text", data: "é" });
    assertEquals(record, { kind: 1, bytes: new Uint8Array([0xc3, 0xa9]), start: 0, end: 2 });
  });
});
