import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { describe, it } from "node:test";
import { PayloadView } from "../../src/core/payload.ts";
import { hex } from "../support/frames.ts";
import { embedded } from "./support_bytes.ts";

const encoder = new TextEncoder();

function payloadOf(bytes: Uint8Array): PayloadView {
  const payload = new PayloadView();
  payload.point(bytes, 0, bytes.length);
  return payload;
}

describe("payload", () => {
  it("is empty before it points anywhere, and after it let go", () => {
    const payload = new PayloadView();
    const isEmpty = () =>
      assertEquals([payload.byteLength, payload.bytes.length, payload.text, payload.copy().length], [
        0,
        0,
        "",
        0,
      ]);
    isEmpty();
    payload.point(encoder.encode("content"), 0, 7);
    assertEquals(payload.text, "content");
    payload.release();
    isEmpty();
  });

  it("tells where it lies, for reading in place", () => {
    const source = embedded(encoder.encode("0123456789"), 3);
    const payload = new PayloadView();
    payload.point(source, 2, 5);
    assertStrictEquals(payload.source, source);
    assertEquals([payload.start, payload.source[payload.start]], [2, 0x32]);
    assertEquals(payload.dataView.getUint16(payload.start + 1), 0x3334);
    const { dataView } = payload;
    payload.point(source, 3, 1);
    assertStrictEquals(payload.dataView, dataView);
    payload.point(encoder.encode("another"), 0, 7);
    assertEquals(payload.dataView.getUint8(payload.start), 0x61);
    payload.release();
    assertEquals([payload.source.length, payload.start, payload.dataView.byteLength], [0, 0, 0]);
  });

  it("shows the bytes where they lie, also in a source that is a view itself", () => {
    const source = embedded(encoder.encode("0123456789"), 3);
    const payload = new PayloadView();
    payload.point(source, 2, 5);
    assertStrictEquals(payload.bytes.buffer, source.buffer);
    assertEquals([payload.bytes.byteOffset, payload.byteLength], [5, 5]);
    assertEquals(payload.text, "23456");
    source[2] = 0x78;
    assertEquals([payload.bytes[0], payload.text], [0x78, "x3456"]);
  });

  it("makes its view when asked, once, and another for other bytes", () => {
    const source = encoder.encode("0123456789");
    const payload = payloadOf(source);
    const view = payload.bytes;
    assertStrictEquals(payload.bytes, view);
    payload.point(source, 0, 10);
    assert(payload.bytes !== view);
    payload.point(source, 8, 2);
    assertEquals([payload.text, payload.bytes.length, payload.byteLength], ["89", 2, 2]);
  });

  it("shows plain bytes, whatever kind of array the source is", () => {
    class Odd extends Uint8Array {}
    const payload = payloadOf(Odd.of(1, 2, 3));
    assertStrictEquals(Object.getPrototypeOf(payload.bytes), Uint8Array.prototype);
    assertStrictEquals(Object.getPrototypeOf(payload.copy()), Uint8Array.prototype);
  });

  it("a copy is memory of its own, no larger than it must be", () => {
    const source = encoder.encode("0123456789");
    const payload = new PayloadView();
    payload.point(source, 4, 3);
    const copy = payload.copy();
    source.fill(0);
    payload.release();
    assertEquals([...copy], [0x34, 0x35, 0x36]);
    assertEquals(copy.buffer.byteLength, 3);
    assert(copy.buffer !== source.buffer);
  });

  it("asks what decodes ASCII for texts that are known to be, where they lie, and for nothing else", () => {
    const asked: [source: Uint8Array, start: number, end: number][] = [];
    const payload = new PayloadView((source, start, end) => {
      asked.push([source, start, end]);
      return "by the other";
    });
    const source = embedded(encoder.encode("0123456789"), 3);
    payload.point(source, 2, 5, true);
    assertEquals([payload.text, asked.splice(0)], ["by the other", [[source, 2, 7]]]);
    payload.point(source, 2, 5);
    assertEquals(payload.text, "23456");
    payload.point(source, 2, 5, false);
    assertEquals(payload.text, "23456");
    payload.point(source, 2, 0, true);
    assertEquals([payload.text, asked], ["", []]);
  });

  it("37 a byte order mark is kept, at the beginning and elsewhere", () => {
    for (const text of ["\ufeffhello", "\ufeff", "\ufeff\ufeff", "a\ufeff"]) {
      assertEquals(payloadOf(encoder.encode(text)).text, text);
    }
  });

  it("decodes every width, and each text by itself", () => {
    const payload = new PayloadView();
    for (const text of ["plain", "é", "€", "😀", "\0", "é€😀".repeat(1000), "a".repeat(5000)]) {
      const bytes = encoder.encode(text);
      payload.point(bytes, 0, bytes.length);
      assertEquals(payload.text, text);
    }
  });

  it("the text of bytes that are not UTF-8 has U+FFFD in their place, and leaves nothing for the next", () => {
    const payload = payloadOf(hex("61 ff 62"));
    assertEquals(payload.text, "a\ufffdb");
    payload.point(hex("e2 82"), 0, 2);
    assertEquals(payload.text, "\ufffd");
    payload.point(hex("ac"), 0, 1);
    assertEquals(payload.text, "\ufffd");
    payload.point(encoder.encode("ok"), 0, 2);
    assertEquals(payload.text, "ok");
  });
});
