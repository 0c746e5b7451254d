import { assertEquals, assertLess, assertStrictEquals, assertThrows } from "@std/assert";
import { describe, it } from "node:test";
import { acquireBuffer, releaseBuffer } from "../../src/core/buffer_pool.ts";
import { WebSocketError } from "../../src/core/errors.ts";
import { prepareBinary, prepareText } from "../../src/core/prepared_message.ts";
import type { DeflateCodec, DeflateStream } from "../../src/core/deflate_codec.ts";
import { zlibCodec } from "../../src/zlib/zlib_codec.ts";
import { hex, toHex } from "../support/frames.ts";
import {
  deflateProtocol,
  type DeflateProtocolOptions,
  perMessageDeflate,
  ReferenceInflater,
} from "./deflate_support.ts";
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
  });

  it("is a copy", () => {
    const data = hex("01 02");
    const prepared = prepareBinary(data);
    data.fill(9);
    const protocol = protocolOf();
    protocol.sendPrepared(prepared);
    assertEquals(framesIn(takeOutput(protocol)), ["binary 01 02"]);
  });

  it("says what it is", () => {
    const said = [prepareText("é"), prepareText(hex("c3 a9")), prepareBinary(hex("00 ff ff"))];
    assertEquals(said.map(({ type, byteLength }) => [type, byteLength]), [["text", 2], ["text", 2], [
      "binary",
      3,
    ]]);
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

  it("counts as compressed by each connection, done anew or not", () => {
    const { codec } = countingCodec();
    const message = prepareText(long);
    const counts = [0, 1].map(() => {
      const deflate = perMessageDeflate({ codec, clientNoContextTakeover: true });
      const protocol = protocolOf({ deflate });
      protocol.sendPrepared(message);
      const [frame] = clientFrames(takeOutput(protocol));
      const { messages, uncompressedBytes, compressedBytes } = deflate.sender;
      assertEquals(compressedBytes, frame!.payload.length);
      return [messages, uncompressedBytes, protocol.framesSent];
    });
    assertEquals(counts, [[1, long.length, 1], [1, long.length, 1]]);
  });

  it("has no trace of the one that was compressed before, and memory goes back to where it came from", () => {
    for (const text of [long.repeat(10), long.toUpperCase(), "", "short"]) {
      const protocol = deflateProtocol({ clientNoContextTakeover: true });
      // What is lent last is lent first.
      const lent = acquireBuffer(16 * 1024);
      releaseBuffer(lent);
      protocol.sendPrepared(prepareText(text));
      protocol.sendPrepared(prepareText(text));
      for (const { payload } of clientFrames(takeOutput(protocol))) {
        const bytes = payload.length < text.length ? new ReferenceInflater().inflate(payload) : payload;
        assertEquals(new TextDecoder().decode(bytes), text);
      }
      assertStrictEquals(acquireBuffer(16 * 1024), lent);
    }
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

  it("is compressed from the threshold on, where that makes it shorter by a byte", () => {
    const rsvOf = (threshold: number, codec?: DeflateCodec) => {
      const protocol = deflateProtocol({ clientNoContextTakeover: true, threshold, codec });
      protocol.sendPrepared(prepareText(long));
      return clientFrames(takeOutput(protocol))[0]!.rsv;
    };
    assertEquals([rsvOf(long.length), rsvOf(long.length + 1)], [4, 0]);
    assertEquals([rsvOf(0, codecTo(long.length - 1)), rsvOf(0, codecTo(long.length))], [4, 0]);
  });

  it("is refused where there is no room for it as it is", () => {
    const size = 8 + long.length;
    const protocol = deflateProtocol({ clientNoContextTakeover: true, maxBufferedAmount: size });
    protocol.sendPrepared(prepareText(long));
    assertEquals(protocol.framesSent, 1);
    const error = assertThrows(() => protocol.sendPrepared(prepareText(long)), WebSocketError);
    const message =
      `sending ${long.length} bytes: ${protocol.output.length} are waiting already, where maxBufferedAmount is ${size}`;
    assertEquals([error.code, error.message], ["LimitExceeded", message]);
    takeOutput(protocol);
    protocol.sendPrepared(prepareText(long));
    assertEquals([protocol.framesSent, clientFrames(takeOutput(protocol)).length], [2, 1]);
  });

  it("what is none is refused, and what would not be one", () => {
    const refusals: readonly (readonly [attempt: () => void, message: string])[] = [
      [
        () => protocolOf().sendPrepared("abc" as never),
        "sending a prepared message: allowed: what prepareText or prepareBinary has made",
      ],
      [() => prepareText(hex("ff")), "sending a text: the bytes are not UTF-8"],
      [
        () => prepareText(5 as never),
        "sending a text: got number, allowed: a string, or a Uint8Array of UTF-8",
      ],
      [
        () => prepareBinary("abc" as never),
        "sending a binary message: got string, allowed: a Uint8Array",
      ],
    ];
    for (const [attempt, message] of refusals) {
      const error = assertThrows(attempt, WebSocketError);
      assertEquals([error.code, error.message], ["InvalidConfiguration", message]);
    }
  });
});

/** What makes of every message so many bytes, and the tail. */
function codecTo(length: number): DeflateCodec {
  const stream: DeflateStream = {
    consumed: long.length,
    produced: length + 4,
    write(_input, _start, _end, output, outputStart) {
      output.fill(0, outputStart, outputStart + length + 2);
      output.fill(0xff, outputStart + length + 2, outputStart + length + 4);
    },
    reset() {},
    close() {},
  };
  return { createInflater: () => stream, createDeflater: () => stream };
}
