import { zlibCodec } from "../src/zlib/zlib_codec.ts";
import { jsonMessages } from "./deflate_messages.ts";

const TAIL = [0, 0, 0xff, 0xff];
const COUNTED_AT_ONCE = 1024 * 1024;

/**
 * What the runtime's zlib takes by itself for the same messages: no socket, no frames, no strings. No client that uses
 * it can be faster. Answers a function that passes messages and tells how many.
 */
export function zlibAlone(direction: string, size: number): () => number {
  const texts = jsonMessages(size, COUNTED_AT_ONCE / size).map((text) => new TextEncoder().encode(text));
  const codec = zlibCodec();
  const output = new Uint8Array(2 * size + 1024);
  const deflater = codec.createDeflater({ windowBits: 15, level: 6, memLevel: 8 });
  const deflate = (text: Uint8Array): void => deflater.write(text, 0, text.length, output, 0, output.length);
  if (direction === "send") {
    return () => {
      for (const text of texts) deflate(text);
      return texts.length;
    };
  }
  const deflated = texts.map((text) => {
    deflate(text);
    return output.slice(0, deflater.produced);
  });
  if (!deflated.every((bytes) => TAIL.every((byte, i) => bytes.at(i - TAIL.length) === byte))) {
    throw new Error("A message did not fit");
  }
  const inflater = codec.createInflater({ windowBits: 15 });
  return () => {
    // The first refers to none before it, so that they can be inflated over and over.
    for (const bytes of deflated) inflater.write(bytes, 0, bytes.length, output, 0, output.length);
    return deflated.length;
  };
}
