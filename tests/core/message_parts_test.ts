import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { describe, it } from "node:test";
import fc from "fast-check";
import { acquireBuffer } from "../../src/core/buffer_pool.ts";
import { MessageDecoder } from "../../src/core/message_decoder.ts";
import { type Protocol, ProtocolEvent, type ProtocolOptions } from "../../src/core/protocol.ts";
import {
  binaryFrame,
  concat,
  continuationFrame,
  hex,
  pingFrame,
  textFrame,
  toHex,
} from "../support/frames.ts";
import { chunksOf, cutsOf, patternOf } from "./support_bytes.ts";
import { deflated, deflateProtocol } from "./deflate_support.ts";
import { limits, serverStreams } from "./support_server_streams.ts";
import { protocolOf } from "./support_transcript.ts";

/** What the parts in these chunks make together, checked on the way; `parts` lists their sizes. */
function gather(protocol: Protocol, chunks: readonly Uint8Array[]): { log: string[]; parts: number[] } {
  const log: string[] = [];
  const parts: number[] = [];
  let message: Uint8Array | undefined;
  let type = "";
  for (const chunk of chunks) {
    const lent = chunk.slice();
    protocol.receive(lent);
    for (let event; (event = protocol.next()) !== ProtocolEvent.None;) {
      assert(event !== ProtocolEvent.Text && event !== ProtocolEvent.Binary, "a whole message");
      if (event !== ProtocolEvent.Part) {
        log.push(`${event} ${toHex(protocol.payload.bytes)}`.trimEnd());
        continue;
      }
      const { part } = protocol;
      assertEquals(part.first, message === undefined, "first");
      if (part.first) type = part.type;
      assertEquals(part.type, type);
      assert(part.byteLength > 0 || part.final, "an empty part in the middle");
      // Cut between characters: each part is UTF-8 by itself.
      if (type === "text") {
        assertEquals(
          new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(part.bytes),
          part.text,
        );
      }
      message = concat(message ?? new Uint8Array(0), part.bytes);
      parts.push(part.byteLength);
      if (!part.final) continue;
      log.push(`${type === "text" ? 1 : 2} ${toHex(message)}`.trimEnd());
      message = undefined;
    }
    assertEquals(protocol.pending, false);
    lent.fill(0xff);
  }
  return { log, parts };
}

/** The same of whole messages. */
function wholeLog(protocol: Protocol, bytes: Uint8Array): string[] {
  const log: string[] = [];
  protocol.receive(bytes);
  for (let event; (event = protocol.next()) !== ProtocolEvent.None;) {
    log.push(`${event} ${toHex(protocol.payload.bytes)}`.trimEnd());
  }
  return log;
}

/** A compressed message in so many fragments; `cut`: without that many of its last bytes. */
function messageFrames(
  message: Uint8Array,
  { text, fragments, cut = 0 }: { text: boolean; fragments: number; cut?: number },
): Uint8Array {
  const payload = deflated(message);
  const bytes = payload.subarray(0, payload.length - cut);
  const first = text ? textFrame : binaryFrame;
  const frames: Uint8Array[] = [];
  for (let index = 0; index < fragments; index++) {
    const part = bytes.subarray(index * bytes.length / fragments, (index + 1) * bytes.length / fragments);
    const fin = index === fragments - 1;
    frames.push(index === 0 ? first(part, { rsv: 4, fin }) : continuationFrame(part, { fin }));
  }
  return concat(...frames);
}

function inParts(more: Partial<ProtocolOptions> = {}): Protocol {
  return protocolOf({ messageParts: true, ...more });
}

describe("messages in parts", () => {
  it("of any stream, cut anywhere, make the messages, the control frames and the end that whole ones do", () => {
    const scenarios = serverStreams.chain((stream) => fc.tuple(fc.constant(stream), cutsOf(stream.length)));
    fc.assert(
      fc.property(scenarios, ([stream, cuts]) => {
        const whole = protocolOf(limits);
        const log = wholeLog(whole, stream);
        for (const chunks of [[stream], chunksOf(stream, cuts), chunksOf(stream, [...stream.keys()])]) {
          const protocol = inParts(limits);
          // A failure shows what `payload` was, which says nothing.
          const failed = (lines: string[]) => lines.map((line) => line.replace(/^16 .*/, "16"));
          assertEquals(failed(gather(protocol, chunks).log), failed(log));
          assertEquals(protocol.error?.message, whole.error?.message);
          assertEquals(protocol.framesReceived, whole.framesReceived);
          assertEquals(protocol.state, whole.state);
        }
      }),
      { numRuns: 150 },
    );
  });

  it("a part is what lies in a chunk, in place", () => {
    const protocol = inParts();
    const chunk = binaryFrame(patternOf(300)).subarray(0, 104);
    protocol.receive(chunk);
    assertEquals(protocol.next(), ProtocolEvent.Part);
    const { bytes, first, final } = protocol.part;
    assertEquals([bytes.buffer === chunk.buffer, bytes.byteOffset, bytes.length], [true, 4, 100]);
    assertEquals([first, final, protocol.part.type], [true, false, "binary"]);
    assertEquals(protocol.next(), ProtocolEvent.None);
  });

  it("empty frames: an empty message is one part, and only a last part may be empty", () => {
    const frames = [
      textFrame(""),
      textFrame("", { fin: false }),
      continuationFrame("", { fin: false }),
      continuationFrame(""),
      binaryFrame("ab", { fin: false }),
      pingFrame("!"),
      continuationFrame("", { fin: false }),
      continuationFrame(""),
    ];
    const { log, parts } = gather(inParts(), frames);
    assertEquals(log, ["1", "1", "9 21", "2 61 62"]);
    assertEquals(parts, [0, 0, 2, 0]);
  });

  it("a character that is cut is a part of its own", () => {
    const stream = concat(textFrame("aé", { fin: false }), continuationFrame("b😀c"));
    // Behind the é's first byte; within the 😀, twice.
    const { log, parts } = gather(inParts(), chunksOf(stream, [4, 10, 11]));
    assertEquals(log, [`1 ${toHex(new TextEncoder().encode("aéb😀c"))}`]);
    assertEquals(parts, [1, 2, 1, 4, 1]);
  });

  it("35 a text that ends within a character fails", () => {
    const stream = concat(textFrame("a", { fin: false }), continuationFrame(hex("62 e2 82")));
    for (const chunks of [[stream], chunksOf(stream, [...stream.keys()])]) {
      const protocol = inParts();
      assertEquals(gather(protocol, chunks).log, ["16"]);
      assertEquals([protocol.error?.code, protocol.error?.closeCode], ["ProtocolViolation", 1007]);
    }
  });

  it("maxMessageSize holds for all parts together, over frames", () => {
    const protocol = inParts({ maxMessageSize: 10 });
    const { parts } = gather(protocol, [
      binaryFrame(patternOf(10)),
      binaryFrame(patternOf(6), { fin: false }),
      continuationFrame(patternOf(5)),
    ]);
    assertEquals(parts, [10, 6]);
    assertEquals(protocol.error?.message, "reading a message: 11 bytes, where maxMessageSize is 10");
    assertEquals(protocol.error?.closeCode, 1009);
  });

  it("48 whether the stream, ending here, cuts a message", () => {
    const decoder = new MessageDecoder({ maxFrameSize: 100, maxMessageSize: 100, messageParts: true });
    const steps: [string, boolean][] = [
      ["82 02 61", true],
      ["62", false],
      ["01 01 61", true],
      ["89 00", true],
      ["80 01 62", false],
    ];
    for (const [bytes, incomplete] of steps) {
      decoder.push(hex(bytes));
      while (decoder.next() !== 0);
      assertEquals(decoder.incomplete, incomplete, bytes);
    }
  });

  it("nothing is told any more once the connection has failed or ended in the middle", () => {
    const protocol = inParts();
    protocol.receive(concat(binaryFrame("ab", { fin: false }), continuationFrame("cd")));
    assertEquals(protocol.next(), ProtocolEvent.Part);
    protocol.end();
    assertEquals([protocol.next(), protocol.pending, protocol.part.byteLength], [
      ProtocolEvent.None,
      false,
      0,
    ]);
  });
});

describe("compressed messages in parts", () => {
  const texts = fc.array(fc.oneof(fc.string({ unit: "grapheme" }), fc.constant("é€😀".repeat(8_000))), {
    maxLength: 4,
  });

  it("cut anywhere, are the messages that were compressed", () => {
    const scenarios = fc.tuple(
      texts,
      fc.boolean(),
      fc.nat(3),
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 }),
    );
    fc.assert(
      fc.property(scenarios, ([texts, text, fragments, cuts]) => {
        const messages = texts.map((text) => new TextEncoder().encode(text));
        const stream = concat(
          ...messages.map((message) => messageFrames(message, { text, fragments: fragments + 1 })),
        );
        const places = cuts.map((cut) => Math.floor(cut * stream.length));
        const protocol = deflateProtocol({ messageParts: true, serverNoContextTakeover: true });
        const { log, parts } = gather(protocol, chunksOf(stream, places));
        assertEquals(protocol.error, undefined);
        assertEquals(log, messages.map((message) => `${text ? 1 : 2} ${toHex(message)}`.trimEnd()));
        assert(parts.every((size) => size <= 64 * 1024), "nothing is gathered");
      }),
      { numRuns: 20 },
    );
  });

  it("may not inflate to more than maxMessageSize", () => {
    const stream = messageFrames(new Uint8Array(200_000), { text: false, fragments: 1 });
    const fits = deflateProtocol({ messageParts: true, maxMessageSize: 200_000 });
    assertEquals(gather(fits, [stream]).parts, [65_536, 65_536, 65_536, 3392]);
    const protocol = deflateProtocol({ messageParts: true, maxMessageSize: 199_999 });
    assertEquals(gather(protocol, [stream]).parts, [65_536, 65_536, 65_536]);
    assertEquals([protocol.error?.code, protocol.error?.closeCode], ["LimitExceeded", 1009]);
    assertEquals(
      protocol.error?.message,
      "reading a message: more than 199999 bytes, where maxMessageSize is 199999",
    );
  });

  it("keep no memory between two messages", () => {
    const protocol = deflateProtocol({ messageParts: true });
    protocol.receive(messageFrames(patternOf(1000), { text: false, fragments: 1 }));
    assertEquals([protocol.next(), protocol.part.final], [ProtocolEvent.Part, true]);
    const { buffer } = protocol.part.bytes;
    assertEquals(protocol.next(), ProtocolEvent.None);
    assertStrictEquals(acquireBuffer(buffer.byteLength).bytes.buffer, buffer);
  });

  it("35 a text that ends within a character fails", () => {
    const stream = messageFrames(hex("61 62 f0 9f 98"), { text: true, fragments: 1 });
    const protocol = deflateProtocol({ messageParts: true });
    assertEquals(gather(protocol, [stream]).parts, []);
    assertEquals([protocol.error?.code, protocol.error?.closeCode], ["ProtocolViolation", 1007]);
  });

  it("a text that is too large fails by what comes first: bytes that are not UTF-8, or the limit", () => {
    // The limit in the room that is inflated first, and in the second.
    const cases: [number, number[]][] = [[10, []], [70_000, [65_536]]];
    for (const [maxMessageSize, parts] of cases) {
      const good = new Uint8Array(maxMessageSize + 90).fill(0x61);
      const badAt = (place: number) => good.with(place, 0xff);
      const failures = [good, badAt(maxMessageSize - 1), badAt(maxMessageSize)].map((message) => {
        const protocol = deflateProtocol({ messageParts: true, maxMessageSize });
        assertEquals(gather(protocol, [messageFrames(message, { text: true, fragments: 1 })]).parts, parts);
        return `${protocol.error?.code} ${protocol.error?.closeCode}`;
      });
      assertEquals(failures, ["LimitExceeded 1009", "ProtocolViolation 1007", "LimitExceeded 1009"]);
    }
  });

  it("with exactly the room filled, the end is told by an empty part", () => {
    const stream = messageFrames(new Uint8Array(65_536), { text: false, fragments: 1 });
    const { log, parts } = gather(deflateProtocol({ messageParts: true }), [stream]);
    assertEquals([log.length, parts], [1, [65_536, 0]]);
  });

  it("that are cut fail before their last part", () => {
    const stream = messageFrames(patternOf(1000), { text: false, fragments: 1, cut: 3 });
    const protocol = deflateProtocol({ messageParts: true });
    gather(protocol, [stream]);
    assertEquals([protocol.error?.code, protocol.error?.closeCode], ["ProtocolViolation", 1007]);
  });
});
