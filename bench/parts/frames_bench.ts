import { FrameEncoder } from "../../src/core/encoder.ts";
import { MaskKeys } from "../../src/core/mask.ts";
import { MessageDecoder } from "../../src/core/message_decoder.ts";
import { Opcode } from "../../src/core/opcode.ts";
import { OutputBuffer } from "../../src/core/output_buffer.ts";
import { repeatFrame, serverFrame, textPayload } from "../server/frames.ts";

/** What a read from a socket brings. */
const CHUNK_SIZE = 64 * 1024;
const MIB = 1024 * 1024;
const LIMITS = { maxFrameSize: 16 * MIB, maxMessageSize: 64 * MIB };

for (const size of [64, 1024, 16384]) {
  for (const [kind, opcode] of [["binary", Opcode.Binary], ["text", Opcode.Text]] as const) {
    const chunk = repeatFrame(serverFrame(opcode, textPayload(size)), CHUNK_SIZE);
    const decoder = new MessageDecoder(LIMITS);
    Deno.bench(`decode 64 KiB of ${kind} messages of ${size} B`, () => {
      decoder.push(chunk);
      while (decoder.next() !== 0);
    });
  }
}

const encoder = new FrameEncoder(new MaskKeys((bytes) => crypto.getRandomValues(bytes)));
const output = new OutputBuffer();

for (const size of [64, 1024, 16384]) {
  const payload = textPayload(size);
  const text = new TextDecoder().decode(payload);
  Deno.bench(`encode a binary message of ${size} B`, () => {
    output.length = 0;
    encoder.frame(output, Opcode.Binary, payload);
  });
  Deno.bench(`encode a text of ${size} characters`, () => {
    output.length = 0;
    encoder.text(output, Opcode.Text, text);
  });
}
