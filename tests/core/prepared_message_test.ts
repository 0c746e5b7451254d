import { assertEquals, assertLess, assertThrows } from "@std/assert";
import { describe, it } from "node:test";
import { WebSocketError } from "../../src/core/errors.ts";
import { prepareBinary, prepareText } from "../../src/core/prepared_message.ts";
import type { DeflateCodec } from "../../src/core/deflate_codec.ts";
import { zlibCodec } from "../../src/zlib/zlib_codec.ts";
import { hex, toHex } from "../support/frames.ts";
import { deflateProtocol, type DeflateProtocolOptions, ReferenceInflater } from "./deflate_support.ts";
import { clientFrames } from "./support_client_frames.ts";
import { framesIn, protocolOf, takeOutput } from "./support_transcript.ts";

const long = "words that come again and again, ".repeat(100);

/** The runtime's zlib, and how many streams it has made. */
function countingCodec(): { readonly codec: DeflateCodec; deflaters: number } {
  const counting = {
    deflaters: 0,
    codec: {
      createInflater: (options: Parameters<DeflateCodec["createInflater"]>[0]) =>
        zlibCodec().createInflater(options),
      createDeflater: (options: Parameters<DeflateCodec["createDeflater"]>[0]) => {
        counting.deflaters++;
        return zlibCodec().createDeflater(options);
      },
    },
  };
  return counting;
}

describe("a prepared message", () => {
  it("is the frame that the text or the bytes would be, masked with a key of its own", () => {
    const protocol = protocolOf();
    const text = prepareText("é\ud800");
    for (const message of [text, text, prepareText(hex("c3 a9")), prepareBinary(hex("00 ff"))]) {
      protocol.sendPrepared(message);
    }
    const output = takeOutput(protocol);
    assertEquals(framesIn(output), [
      "text c3 a9 ef bf bd",
      "text c3 a9 ef bf bd",
      "text c3 a9",
      "binary 00 ff",
    ]);
    const [first, second] = clientFrames(output);
    assertEquals(toHex(first!.key) === toHex(second!.key), false);
    assertEquals([text.type, text.byteLength], ["text", 5]);
  });

  it("is a copy", () => {
    const data = hex("01 02");
    const prepared = prepareBinary(data);
    data.fill(9);
    const protocol = protocolOf();
    protocol.sendPrepared(prepared);
    assertEquals(framesIn(takeOutput(protocol)), ["binary 01 02"]);
  });

  it("is compressed once for all that refer to no earlier message, in the same way", () => {
    const message = prepareText(long);
    const counting = countingCodec();
    const { codec } = counting;
    const payloads = new Set<string>();
    for (let count = 0; count < 5; count++) {
      const protocol = deflateProtocol({ codec, clientNoContextTakeover: true });
      protocol.sendPrepared(message);
      const [frame] = clientFrames(takeOutput(protocol));
      assertEquals(frame!.rsv, 4);
      payloads.add(toHex(frame!.payload));
      assertEquals(new TextDecoder().decode(new ReferenceInflater().inflate(frame!.payload)), long);
    }
    assertEquals([payloads.size, counting.deflaters], [1, 1]);
  });

  it("is compressed anew where the codec, the window, the level or the memory is another", () => {
    const message = prepareText(long);
    const first = countingCodec();
    const second = countingCodec();
    const send = (options: DeflateProtocolOptions) => {
      deflateProtocol({ codec: first.codec, clientNoContextTakeover: true, ...options }).sendPrepared(
        message,
      );
      return [first.deflaters, second.deflaters];
    };
    assertEquals(send({}), [1, 0]);
    assertEquals(send({ level: 1 }), [2, 0]);
    assertEquals(send({ memLevel: 1 }), [3, 0]);
    assertEquals(send({ clientMaxWindowBits: 9 }), [4, 0]);
    assertEquals(send({ codec: second.codec }), [4, 1]);
    for (const known of [{}, { level: 1 }, { memLevel: 1 }, { clientMaxWindowBits: 9 }]) send(known);
    assertEquals(send({ codec: second.codec }), [4, 1]);
  });

  it("is compressed by each that refers to earlier ones, and they can be read in order", () => {
    const message = prepareText(long);
    const protocol = deflateProtocol();
    const reference = new ReferenceInflater();
    protocol.sendText(long);
    protocol.sendPrepared(message);
    protocol.sendText(long);
    const frames = clientFrames(takeOutput(protocol));
    for (const { payload } of frames) {
      assertEquals(new TextDecoder().decode(reference.inflate(payload)), long);
    }
    assertLess(frames[1]!.payload.length, frames[0]!.payload.length);
  });

  it("is not compressed below the threshold, when told not to, and where that makes it longer", () => {
    const protocol = deflateProtocol({ clientNoContextTakeover: true, threshold: 2 });
    protocol.sendPrepared(prepareText("a"));
    protocol.sendPrepared(prepareText(long), false);
    protocol.sendPrepared(prepareBinary(hex("01 02 03")));
    assertEquals(clientFrames(takeOutput(protocol)).map(({ rsv }) => rsv), [0, 0, 0]);
  });

  it("what is none is refused, and what would not be one", () => {
    const codes = [
      () => protocolOf().sendPrepared("abc" as never),
      () => prepareText(hex("ff")),
      () => prepareText(5 as never),
      () => prepareBinary("abc" as never),
    ].map((attempt) => assertThrows(attempt, WebSocketError).code);
    assertEquals(new Set(codes), new Set(["InvalidConfiguration"]));
  });
});
