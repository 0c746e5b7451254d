import { assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "node:test";
import type { DeflateCodec, DeflateStream } from "../../src/core/deflate_codec.ts";
import { WebSocketError } from "../../src/core/errors.ts";
import { OutputBuffer } from "../../src/core/output_buffer.ts";
import { hex, toHex } from "../support/frames.ts";
import { compressedFrame, deflateProtocol, perMessageDeflate, told } from "./deflate_support.ts";
import { framesIn, takeOutput } from "./support_transcript.ts";

/** A stream that answers every write in the same way. */
class StubbornStream implements DeflateStream {
  consumed = 0;
  produced = 0;
  readonly #answer: (stream: StubbornStream, length: number, output: Uint8Array, at: number) => void;

  constructor(answer: (stream: StubbornStream, length: number, output: Uint8Array, at: number) => void) {
    this.#answer = answer;
  }

  write(_input: Uint8Array, start: number, end: number, output: Uint8Array, outputStart: number): void {
    this.#answer(this, end - start, output, outputStart);
  }

  reset(): void {}
  close(): void {}
}

function codecOf(...answer: ConstructorParameters<typeof StubbornStream>): DeflateCodec {
  const make = () => new StubbornStream(...answer);
  return { createInflater: make, createDeflater: make };
}

/** A codec whose every message comes out as these bytes. */
function writing(bytes: Uint8Array): DeflateCodec {
  return codecOf((stream, length, output, at) => {
    output.set(bytes, at);
    stream.consumed = length;
    stream.produced = bytes.length;
  });
}

const failed = (length: number) => `sending a message: compressing ${length} bytes failed`;

describe("a codec that is not up to it", () => {
  it("that takes no input breaks the message it should inflate", () => {
    const protocol = deflateProtocol({ codec: codecOf(() => {}) });
    assertEquals(told(protocol, compressedFrame(hex("f2 48"))), ["ProtocolViolation 1007"]);
    assertEquals(
      protocol.error!.message,
      "reading a frame: a compressed message that cannot be inflated: its decoder takes no more",
    );
  });

  it("that throws no Error is quoted all the same", () => {
    const codec = codecOf(() => {
      throw "no luck";
    });
    const protocol = deflateProtocol({ codec });
    assertEquals(told(protocol, compressedFrame(hex("f2 48"))), ["ProtocolViolation 1007"]);
    assertEquals(
      protocol.error!.message,
      "reading a frame: a compressed message that cannot be inflated: no luck",
    );
  });

  it("that cannot begin, and says so by an error of this library without a close code, is failed with 1002", () => {
    const codec: DeflateCodec = {
      createInflater: () => {
        throw new WebSocketError("InvalidConfiguration", "no window of that size");
      },
      createDeflater: () => new StubbornStream(() => {}),
    };
    const protocol = deflateProtocol({ codec });
    assertEquals(told(protocol, compressedFrame(hex("f2 48"))), ["InvalidConfiguration undefined"]);
    assertEquals(protocol.error!.message, "no window of that size");
    assertEquals(framesIn(takeOutput(protocol)), ["close 03 ea"]);
  });

  it("that takes no input sends nothing, behind what was sent before too", () => {
    const protocol = deflateProtocol({ codec: codecOf(() => {}) });
    const send = () => protocol.sendText("Hello");
    assertEquals(assertThrows(send, Error).message, `${failed(5)}: the codec took 0 of 5 bytes`);
    assertEquals(protocol.output.length, 0);
    protocol.sendText("plain", false);
    const { length } = protocol.output;
    assertEquals(length, 11);
    assertThrows(send, Error);
    assertEquals(protocol.output.length, length);
  });

  for (const bytes of ["", "00 ff ff", "01 00 ff ff", "00 01 ff ff", "00 00 fe ff", "00 00 ff fe"]) {
    it(`that ends a message with ${bytes || "nothing"} did not flush`, () => {
      const protocol = deflateProtocol({ codec: writing(hex(bytes)) });
      const error = assertThrows(() => protocol.sendBinary(Uint8Array.of(1)), Error);
      assertEquals(error.message, `${failed(1)}: the codec did not flush`);
      assertEquals(protocol.output.length, 0);
    });
  }

  it("that did not flush is not saved by what lies before the message", () => {
    for (const [before, written] of [["00 00 ff ff", ""], ["00 00 ff", "ff"], ["00", "00 ff ff"]]) {
      const output = new OutputBuffer();
      output.reserve(100);
      output.bytes.set(hex(before!));
      output.length = hex(before!).length;
      const { sender } = perMessageDeflate({ codec: writing(hex(written!)) });
      assertThrows(() => sender.deflate(Uint8Array.of(1), output), WebSocketError, "did not flush");
    }
  });

  it("may produce nothing but the tail", () => {
    const output = new OutputBuffer();
    const deflate = perMessageDeflate({ codec: writing(hex("00 00 ff ff")) });
    deflate.sender.deflate(Uint8Array.of(1), output);
    assertEquals(toHex(output.bytes.subarray(0, output.length)), "");
  });
});
