import { describe, it } from "node:test";
import { assertEquals, assertThrows } from "@std/assert";
import pakoCodec from "../../examples/support/pako_codec.ts";
import type { DeflateCodec } from "../../src/core/deflate_codec.ts";
import { selfTest } from "../../src/zlib/self_test.ts";
import { zlibCodec } from "../../src/zlib/zlib_codec.ts";
import { hex } from "../support/frames.ts";
import { compressedFrame, deflateProtocol, told } from "./deflate_support.ts";
import { clientFrames } from "./support_client_frames.ts";

const codecs: Readonly<Record<string, DeflateCodec>> = { zlib: zlibCodec(), pako: pakoCodec };

/** Numbers that are the same in every run. */
function* numbers(seed: number): Generator<number> {
  for (let state = seed;;) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield state >>> 8;
  }
}

/** Texts of all sizes: JSON, repetition, and what does not get smaller. */
function texts(seed: number): string[] {
  const random = numbers(seed);
  const next = (): number => random.next().value as number;
  return Array.from({ length: 20 }, (_, index) => {
    const size = next() % (index % 10 === 0 ? 100_000 : 3_000);
    if (index % 3 === 0) return JSON.stringify(Array.from({ length: size / 10 }, next));
    if (index % 3 === 1) return `${index} é€😀 `.repeat(size / 10);
    return String.fromCharCode(...Array.from({ length: Math.min(size, 5_000) }, () => next() % 0xd800));
  });
}

describe("deflate_codecs", () => {
  const settings = [
    {},
    { clientNoContextTakeover: true, serverNoContextTakeover: true },
    { clientMaxWindowBits: 8, serverMaxWindowBits: 8 },
    { clientMaxWindowBits: 11, serverMaxWindowBits: 11, level: 1, memLevel: 1 },
    { level: 9, memLevel: 9 },
    { level: 0 },
  ];
  for (const [from, sending] of Object.entries(codecs)) {
    for (const [to, receiving] of Object.entries(codecs)) {
      it(`what ${from} compresses, ${to} inflates, with every setting`, () => {
        for (const [index, setting] of settings.entries()) {
          const sender = deflateProtocol({ ...setting, codec: sending });
          const receiver = deflateProtocol({ ...setting, codec: receiving });
          for (const text of texts(index + 1)) {
            sender.sendText(text);
            const [frame] = clientFrames(sender.output.bytes.slice(0, sender.output.length));
            sender.output.clear();
            assertEquals(told(receiver, compressedFrame(frame!.payload)), [`text ${text.toWellFormed()}`]);
          }
        }
      });
    }
  }

  for (const [name, codec] of Object.entries(codecs)) {
    it(`${name} passes the self-test`, () => selfTest(codec));

    it(`59 ${name}: corrupt and truncated data, and bombs`, () => {
      const frames: readonly (readonly [string, string])[] = [
        ["06 00", "ProtocolViolation 1007"],
        ["f2 00 11 00 00", "ProtocolViolation 1007"],
        ["f2 48 cd c9", "ProtocolViolation 1007"],
        ["f3 48 cd c9 c9 07 00 00", "text Hello"],
        ["f3 48 cd c9 c9 07 00", "text Hello"],
        ["f2 48 cd c9 c9 07 04", "text Hello"],
        ["01", "text "],
      ];
      for (const [bytes, expected] of frames) {
        assertEquals(told(deflateProtocol({ codec }), compressedFrame(hex(bytes))), [expected], bytes);
      }
      const sender = deflateProtocol({ maxBufferedAmount: 1 << 24 });
      sender.sendBinary(new Uint8Array(2_000_000));
      const [bomb] = clientFrames(sender.output.bytes.slice(0, sender.output.length));
      assertEquals(told(deflateProtocol({ codec }), compressedFrame(bomb!.payload)), ["LimitExceeded 1009"]);
    });
  }

  it("the self-test sees what is wrong", () => {
    type Spoil = Parameters<typeof broken>[2];
    const breakages: readonly (readonly [what: string, kind: keyof DeflateCodec, spoil: Spoil])[] = [
      ["miscounts", "createDeflater", (stream) => stream.produced--],
      ["miscounts", "createInflater", (stream) => stream.produced--],
      ["wrong output", "createInflater", (_stream, output) => output[2] = 0],
      ["forgets", "createDeflater", (stream) => stream.reset()],
      ["forgets", "createInflater", (stream) => stream.reset()],
    ];
    for (const [what, kind, spoil] of breakages) {
      assertThrows(() => selfTest(broken(zlibCodec(), kind, spoil)), Error, undefined, `${what}: ${kind}`);
    }
  });

  it("a stream of zlib that was closed is not touched again", () => {
    for (
      const stream of [
        zlibCodec().createInflater({ windowBits: 15 }),
        zlibCodec().createDeflater({ windowBits: 15, level: 6, memLevel: 8 }),
      ]
    ) {
      stream.close();
      stream.close();
      assertThrows(() => stream.write(hex("00"), 0, 1, new Uint8Array(9), 0, 9), Error, "has been closed");
      assertThrows(() => stream.reset(), Error, "has been closed");
    }
  });
});

/** A codec of which one kind of stream does something after every write. */
function broken(
  codec: DeflateCodec,
  kind: keyof DeflateCodec,
  spoil: (stream: { produced: number; reset(): void }, output: Uint8Array) => void,
): DeflateCodec {
  return {
    createInflater: (options) => codec.createInflater(options),
    createDeflater: (options) => codec.createDeflater(options),
    [kind]: (options: never) => {
      const stream = codec[kind](options);
      const write = stream.write.bind(stream);
      stream.write = (input, start, end, output, outputStart, outputEnd) => {
        write(input, start, end, output, outputStart, outputEnd);
        spoil(stream as { produced: number; reset(): void }, output);
      };
      return stream;
    },
  };
}
