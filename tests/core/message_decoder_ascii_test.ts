import { assertEquals } from "@std/assert";
import { describe, it } from "node:test";
import { DeflateReceiver } from "../../src/core/deflate_receiver.ts";
import { MessageDecoder } from "../../src/core/message_decoder.ts";
import { zlibCodec } from "../../src/zlib/zlib_codec.ts";
import { binaryFrame, concat, continuationFrame, frame, hex, textFrame } from "../support/frames.ts";
import { deflated } from "./deflate_support.ts";
import { chunksOf } from "./support_bytes.ts";
import { MIB } from "./support_message_decoder.ts";

/** What stands in the stream: texts as strings, binary messages as bytes. */
const messages = ["é", "plain", hex("61 62"), hex("c3 ff 80"), "plain", "€", "", "plain"];

/** How each must read where what makes strings of ASCII says so. */
const expected = ["é", "<plain>", "ab", "\ufffd\ufffd\ufffd", "<plain>", "€", "", "<plain>"];

const encoder = new TextEncoder();

/** The same with more in front, which makes frames whose length takes more than the header's second byte. */
const filling = "x".repeat(300);
const long = messages.map((message) =>
  typeof message === "string" ? filling + message : concat(encoder.encode(filling), message)
);
const expectedLong = expected.map((text) =>
  text.startsWith("<") ? `<${filling}${text.slice(1)}` : text === "" ? `<${filling}>` : filling + text
);

type Frames = (message: string | Uint8Array) => Uint8Array;

const whole: Frames = (message) => typeof message === "string" ? textFrame(message) : binaryFrame(message);

const inFragments: Frames = (message) => {
  const bytes = typeof message === "string" ? encoder.encode(message) : message;
  const opcode = typeof message === "string" ? 1 : 2;
  const cut = bytes.length >> 1;
  return concat(
    frame({ opcode, fin: false, payload: bytes.subarray(0, cut) }),
    continuationFrame(bytes.subarray(cut)),
  );
};

const compressed: Frames = (message) =>
  frame({ opcode: typeof message === "string" ? 1 : 2, rsv: 4, payload: deflated(message) });

/** What the payloads of these chunks read. */
function textsIn(chunks: readonly Uint8Array[], messageParts = false): string[] {
  const inflate = new DeflateReceiver(() => zlibCodec().createInflater({ windowBits: 15 }), false);
  const decodeAscii = (source: Uint8Array, start: number, end: number) =>
    `<${String.fromCharCode(...source.subarray(start, end))}>`;
  const decoder = new MessageDecoder({
    maxFrameSize: MIB,
    maxMessageSize: MIB,
    decodeAscii,
    inflate,
    messageParts,
  });
  const texts: string[] = [];
  for (const chunk of chunks) {
    decoder.push(chunk);
    while (decoder.next() !== 0) texts.push(decoder.payload.text);
  }
  decoder.release();
  inflate.close();
  return texts;
}

describe("message_decoder: what is said to be ASCII", () => {
  for (const [name, frames] of Object.entries({ whole, inFragments, compressed })) {
    it(`35 is the texts that are, and nothing else: ${name}`, () => {
      for (const [content, texts] of [[messages, expected], [long, expectedLong]] as const) {
        const stream = concat(...content.map(frames));
        assertEquals(textsIn([stream]), texts);
        assertEquals(textsIn(chunksOf(stream, [...stream.keys()])), texts, "byte by byte");
        if (name !== "inFragments") assertEquals(textsIn([stream], true), texts, "in parts");
      }
    });
  }
});
