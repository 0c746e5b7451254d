import { describe, it } from "node:test";
import {
  assert,
  assertEquals,
  assertGreater,
  assertLess,
  assertLessOrEqual,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { acquireBuffer, releaseBuffer } from "../../src/core/buffer_pool.ts";
import { WebSocketError } from "../../src/core/errors.ts";
import type { Protocol } from "../../src/core/protocol.ts";
import { zlibCodec } from "../../src/zlib/zlib_codec.ts";
import { concat, toHex } from "../support/frames.ts";
import { farthestDistance } from "./deflate_distances.ts";
import { deflateProtocol, ReferenceInflater } from "./deflate_support.ts";
import { clientFrames } from "./support_client_frames.ts";

/** What was put out since the last time, frame by frame. */
function sent(protocol: Protocol) {
  const frames = clientFrames(protocol.output.bytes.slice(0, protocol.output.length));
  protocol.output.clear();
  return frames;
}

/** The one frame of a message sent. */
function frameOf(protocol: Protocol, message: string | Uint8Array, compress?: boolean) {
  if (typeof message === "string") protocol.sendText(message, compress);
  else protocol.sendBinary(message, compress);
  const [frame, ...rest] = sent(protocol);
  assertEquals(rest, []);
  return frame!;
}

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const noise = (size: number): Uint8Array<ArrayBuffer> => {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at += 65536) crypto.getRandomValues(bytes.subarray(at, at + 65536));
  return bytes;
};

describe("deflate_sender", () => {
  it("58 compresses, sets RSV1, and takes the tail away", () => {
    const frame = frameOf(deflateProtocol(), "Hello");
    assertEquals([frame.fin, frame.rsv, frame.opcode], [true, 4, 1]);
    assertEquals(toHex(frame.payload), "f2 48 cd c9 c9 07 00");
    const binary = frameOf(deflateProtocol(), encode("Hello"));
    assertEquals([binary.rsv, binary.opcode, toHex(binary.payload)], [4, 2, "f2 48 cd c9 c9 07 00"]);
  });

  it("53 refers to messages before it, unless it may not", () => {
    const text = JSON.stringify({ symbol: "ABC", price: 100.25, side: "buy", id: 123456 });
    const keeping = deflateProtocol();
    const first = frameOf(keeping, text).payload;
    const second = frameOf(keeping, text).payload;
    assertLess(second.length, first.length);
    frameOf(keeping, "");
    assertLess(frameOf(keeping, text).payload.length, first.length);
    const forgetting = deflateProtocol({ clientNoContextTakeover: true });
    for (let i = 0; i < 3; i++) assertEquals(frameOf(forgetting, text).payload, first);
  });

  it("56 sends the empty message as one byte, among others", () => {
    const protocol = deflateProtocol();
    const inflater = new ReferenceInflater();
    for (const text of ["", "a", "", "", "abc".repeat(100), ""]) {
      const { payload, rsv } = frameOf(protocol, text);
      assertEquals(rsv, 4);
      if (text === "") assertEquals(toHex(payload), "00");
      assertEquals(inflater.inflate(payload), encode(text));
    }
  });

  it("round trips of every size, in both header lengths, with text that needs more bytes than units", () => {
    for (
      const options of [{}, { level: 1, memLevel: 1 }, { level: 0 }, { level: 9, clientMaxWindowBits: 9 }]
    ) {
      const protocol = deflateProtocol(options);
      const inflater = new ReferenceInflater();
      const messages = [
        "a",
        "é".repeat(60),
        "€".repeat(4000),
        "😀 lone \ud800 surrogate",
        noise(100),
        noise(70_000),
        new Uint8Array(200_000),
        JSON.stringify(Array.from({ length: 3000 }, (_, i) => i * i)),
        "end",
      ];
      for (const message of messages) {
        const { payload } = frameOf(protocol, message);
        assertEquals(inflater.inflate(payload), typeof message === "string" ? encode(message) : message);
      }
    }
  });

  it("appends behind what waits already, whatever the output's room", () => {
    const protocol = deflateProtocol({ maxBufferedAmount: 64 << 20 });
    const inflater = new ReferenceInflater();
    const messages = Array.from({ length: 30 }, (_, i) => noise(i * 397 % 5000));
    for (const message of messages) protocol.sendBinary(message);
    assertEquals(sent(protocol).map(({ payload }) => inflater.inflate(payload)), messages);
  });

  it("takes no more memory than a message may need", () => {
    for (const [length, room] of [[5, 4096], [3000, 4096], [9000, 16384]] as const) {
      const protocol = deflateProtocol();
      protocol.sendBinary(new Uint8Array(length));
      assertEquals(protocol.output.bytes.length, room);
    }
  });

  it("sends short messages as they are, by their length in bytes, and those that are not to be compressed", () => {
    const protocol = deflateProtocol({ threshold: 6 });
    const rsv = (message: string | Uint8Array, compress?: boolean) =>
      frameOf(protocol, message, compress).rsv;
    assertEquals([rsv("12345"), rsv("123456"), rsv("éé"), rsv("ééé"), rsv("€€")], [0, 4, 0, 4, 4]);
    assertEquals([rsv(encode("12345")), rsv(encode("123456"))], [0, 4]);
    assertEquals([rsv("123456", false), rsv(encode("123456"), false), rsv("123456", true)], [0, 0, 4]);
    const { payload, rsv: bits } = frameOf(protocol, "plain text, ünd not short", false);
    assertEquals([bits, payload], [0, encode("plain text, ünd not short")]);
  });

  it("58 a message that is refused is as if it had never been: what follows can be read", () => {
    const protocol = deflateProtocol({ maxBufferedAmount: 2000 });
    const inflater = new ReferenceInflater();
    const text = "the same text ".repeat(20);
    const read = () =>
      sent(protocol).map(({ payload }) => new TextDecoder().decode(inflater.inflate(payload)));
    protocol.sendText(text);
    assertEquals(read(), [text]);
    for (const large of ["x".repeat(3000), "é".repeat(999), noise(2000)]) {
      const send = () => typeof large === "string" ? protocol.sendText(large) : protocol.sendBinary(large);
      assertEquals(assertThrows(send, WebSocketError).code, "LimitExceeded");
      assertEquals(protocol.output.length, 0);
    }
    protocol.sendText(text);
    assertEquals(read(), [text]);
  });

  it("refuses what would not fit as it is, and never lets more wait than the limit", () => {
    for (let size = 0; size < 200; size += 7) {
      const protocol = deflateProtocol({ maxBufferedAmount: 200, level: 0 });
      let accepted = 0;
      let waiting = 0;
      for (;;) {
        const bytes = noise(size);
        try {
          protocol.sendBinary(bytes);
        } catch (error) {
          assertEquals((error as WebSocketError).code, "LimitExceeded");
          // As without compression: exactly where its own frame does not fit any more.
          assert(waiting + 6 + size + (size > 125 ? 2 : 0) > 200, `${waiting} and ${size}`);
          break;
        }
        accepted++;
        waiting = protocol.output.length;
        assertLessOrEqual(waiting, 200);
        if (accepted > 100) throw new Error("no limit");
      }
    }
  });

  it("sends a message as it is where compression might make it too long for what may wait", () => {
    const text = "a".repeat(700);
    // 708 bytes as it is; 862 at most when compressed.
    const rsv = (maxBufferedAmount: number, unsent: number): number => {
      const protocol = deflateProtocol({ maxBufferedAmount });
      protocol.unsent = unsent;
      const { rsv } = frameOf(protocol, text);
      assertEquals(protocol.framesSent, 1);
      return rsv;
    };
    assertEquals([rsv(862, 0), rsv(861, 0), rsv(708, 0)], [4, 0, 0]);
    assertEquals([rsv(962, 100), rsv(961, 100), rsv(808, 100)], [4, 0, 0]);
  });

  it("a text's memory goes back to where it came from, be it sent or refused", () => {
    const protocol = deflateProtocol({ maxBufferedAmount: 1_000_000 });
    for (const text of ["a".repeat(700_000), "é".repeat(600_000)]) {
      // What is lent last is lent first.
      const lent = acquireBuffer(1 << 20);
      releaseBuffer(lent);
      if (text.startsWith("a")) assertEquals(frameOf(protocol, text).rsv, 4);
      else assertThrows(() => protocol.sendText(text), WebSocketError, "sending 1200000 bytes");
      assertStrictEquals(acquireBuffer(1 << 20), lent);
    }
  });

  it("a codec that fails: Io, nothing is sent, and the next message can be read", () => {
    let failing = false;
    const codec = {
      ...zlibOnly(),
      createDeflater: (options: Parameters<ReturnType<typeof zlibCodec>["createDeflater"]>[0]) => {
        const stream = zlibCodec().createDeflater(options);
        const write = stream.write.bind(stream);
        stream.write = (...parameters) => {
          write(...parameters);
          if (failing) throw new Error("out of memory");
        };
        return stream;
      },
    };
    const protocol = deflateProtocol({ codec });
    const inflater = new ReferenceInflater();
    const text = "some text to refer to";
    inflater.inflate(frameOf(protocol, "another").payload);
    failing = true;
    const error = assertThrows(() => protocol.sendText(text), WebSocketError, "out of memory");
    assertEquals([error.code, protocol.output.length], ["Io", 0]);
    assertEquals((error.cause as Error).message, "out of memory");
    failing = false;
    assertEquals(inflater.inflate(frameOf(protocol, text).payload), encode(text));
  });

  it("52 no distance is larger than the window agreed on, 8 bits included", () => {
    const rows = Array.from({ length: 400 }, (_, i) => `${i * 7919 % 97},${"abcdefgh"[i % 8]};`).join("");
    for (const bits of [8, 9, 10, 12, 15]) {
      for (const level of [1, 3, 6, 9]) {
        const protocol = deflateProtocol({ clientMaxWindowBits: bits, level });
        let farthest = 0;
        for (let i = 0; i < 3; i++) {
          farthest = Math.max(farthest, farthestDistance(concat(frameOf(protocol, rows).payload)));
        }
        assertLessOrEqual(farthest, 2 ** bits, `${bits} bits, level ${level}`);
        // It says something: a larger window is used where there is one.
        if (bits > 9) assertGreater(farthest, 256, `${bits} bits, level ${level}`);
      }
    }
  });
});

function zlibOnly() {
  const codec = zlibCodec();
  return { createInflater: codec.createInflater.bind(codec) };
}
