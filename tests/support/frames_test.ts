import { test } from "node:test";
import { assertEquals, assertThrows } from "@std/assert";
import {
  binaryFrame,
  closeFrame,
  concat,
  continuationFrame,
  frame,
  hex,
  textFrame,
  toHex,
} from "./frames.ts";

const key = hex("37 fa 21 3d");

test("frames: the examples of RFC 6455 §5.7", () => {
  assertEquals(toHex(textFrame("Hello")), "81 05 48 65 6c 6c 6f");
  assertEquals(toHex(textFrame("Hello", { mask: key })), "81 85 37 fa 21 3d 7f 9f 4d 51 58");
  assertEquals(toHex(textFrame("Hel", { fin: false })), "01 03 48 65 6c");
  assertEquals(toHex(continuationFrame("lo")), "80 02 6c 6f");
  assertEquals(toHex(binaryFrame(new Uint8Array(256)).subarray(0, 5)), "82 7e 01 00 00");
  assertEquals(toHex(binaryFrame(new Uint8Array(65536)).subarray(0, 11)), "82 7f 00 00 00 00 00 01 00 00 00");
});

test("frames: the shortest length is written on both sides of each limit", () => {
  const header = (length: number, size: number) =>
    toHex(binaryFrame(new Uint8Array(length)).subarray(0, size));
  assertEquals(header(125, 2), "82 7d");
  assertEquals(header(126, 4), "82 7e 00 7e");
  assertEquals(header(65535, 4), "82 7e ff ff");
});

test("frames: lengths can be written in more bits than needed, or untruthfully", () => {
  assertEquals(toHex(textFrame("a", { lengthBits: 16 })), "81 7e 00 01 61");
  assertEquals(toHex(textFrame("a", { lengthBits: 64 })), "81 7f 00 00 00 00 00 00 00 01 61");
  assertEquals(toHex(textFrame("", { declaredLength: 2n ** 63n })), "81 7f 80 00 00 00 00 00 00 00");
});

test("frames: RSV bits and opcodes sit where RFC 6455 §5.2 puts them", () => {
  assertEquals(toHex(frame({ opcode: 0xb, rsv: 4 })), "cb 00");
  assertEquals(toHex(frame({ opcode: 0x1, rsv: 1, fin: false })), "11 00");
});

test("frames: a Close frame with and without a code", () => {
  assertEquals(toHex(closeFrame()), "88 00");
  assertEquals(toHex(closeFrame(1000, "ok")), "88 04 03 e8 6f 6b");
});

test("frames: hex refuses what is not pairs of digits", () => {
  assertThrows(() => hex("8"), TypeError);
  assertThrows(() => hex("0g"), TypeError);
  assertEquals(concat(hex("61"), "b"), hex("6162"));
});
