import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { describe, it } from "node:test";
import { type Protocol, ProtocolEvent } from "../../src/core/protocol.ts";
import { chunksOf } from "../core/support_bytes.ts";
import { protocolOf, takeOutput } from "../core/support_transcript.ts";
import { concat } from "../support/frames.ts";
import { holds } from "./property.ts";
import { boundarySize, filled } from "./streams.ts";
import { ws } from "./peer_modules.ts";

/** A message or control frame that one side sends; texts as they are given to the program. */
type Item =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "binary" | "ping" | "pong"; readonly data: Uint8Array };

/** What arrives: text as the bytes of its UTF-8. */
type Arrived = readonly [type: string, data: Uint8Array];

const encoder = new TextEncoder();

/** Any string: all planes, lone surrogates, byte order marks, of every size. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: fc.string({ unit: "binary", maxLength: 60 }) },
  {
    weight: 2,
    arbitrary: fc.array(fc.oneof(fc.nat(0xffff), fc.integer({ min: 0xd800, max: 0xdfff })), { maxLength: 60 })
      .map((units) => String.fromCharCode(...units)),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(fc.constantFrom("a", "é", "€", "😀", "\ufeff", "\ud83d"), boundarySize)
      .map(([unit, size]) => unit.repeat(Math.ceil(size / encoder.encode(unit).length))),
  },
);

const anyBytes = fc.tuple(boundarySize, fc.nat(255)).map(([size, seed]) => filled(size, 2, seed));
const short = fc.uint8Array({ maxLength: 125, size: "max" });

const item: fc.Arbitrary<Item> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ type: fc.constant("text" as const), text: anyText }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("binary" as const), data: anyBytes }) },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constantFrom("ping" as const, "pong" as const), data: short }),
  },
);

/** A Close at the end, or none; a reason that fits. */
const closing = fc.option(
  fc.tuple(fc.constantFrom(1000, 3000, 4999), fc.string({ unit: "binary", maxLength: 30 })),
);

function arrival(item: Item): Arrived {
  return item.type === "text" ? ["text", encoder.encode(item.text)] : [item.type, item.data];
}

function send(protocol: Protocol, item: Item): void {
  if (item.type === "text") protocol.sendText(item.text);
  else if (item.type === "binary") protocol.sendBinary(item.data);
  else protocol.sendControl(item.type === "ping" ? 9 : 10, item.data);
}

const names = new Map<ProtocolEvent, string>([
  [ProtocolEvent.Text, "text"],
  [ProtocolEvent.Binary, "binary"],
  [ProtocolEvent.Ping, "ping"],
  [ProtocolEvent.Pong, "pong"],
]);

/** What a server made with `ws` sends for these, some of the messages in fragments. */
function sentByWs(items: readonly Item[], fragments: readonly number[]): Uint8Array {
  const written: Uint8Array[] = [];
  const write = (bytes: Uint8Array | string): void => void written.push(concat(bytes));
  const sender = new ws.Sender({ cork() {}, uncork() {}, write });
  for (const [index, item] of items.entries()) {
    if (item.type === "ping" || item.type === "pong") {
      sender[item.type](item.data, false);
      continue;
    }
    const binary = item.type === "binary";
    const data = arrival(item)[1];
    const cut = fragments[index % fragments.length] % (data.length + 1);
    const options = { binary, mask: false, compress: false };
    if (cut > 0) sender.send(data.subarray(0, cut), { ...options, fin: false });
    sender.send(data.subarray(cut), { ...options, fin: true });
  }
  return concat(...written);
}

describe("round trip", () => {
  it("what the encoder writes, ws reads", async () => {
    await holds(
      fc.property(fc.array(item, { maxLength: 6 }), closing, fc.boolean(), (items, closing, corked) => {
        const receiver = new ws.Receiver({ isServer: true });
        const arrived: Arrived[] = [];
        let closed: readonly [number, string] | null = null;
        // Its memory is the receiver's own: everything that is kept is copied.
        receiver.on("message", (data: Uint8Array, isBinary: boolean) => {
          arrived.push([isBinary ? "binary" : "text", Uint8Array.from(data)]);
        });
        receiver.on("ping", (data: Uint8Array) => void arrived.push(["ping", Uint8Array.from(data)]));
        receiver.on("pong", (data: Uint8Array) => void arrived.push(["pong", Uint8Array.from(data)]));
        receiver.on("conclude", (code: number, reason: Uint8Array) => {
          closed = [code, new TextDecoder("utf-8", { ignoreBOM: true }).decode(reason)];
        });
        receiver.on("error", (error) => assert(false, String(error)));
        const protocol = protocolOf({ maxBufferedAmount: 1 << 24 });
        for (const item of items) {
          send(protocol, item);
          if (!corked) receiver.write(takeOutput(protocol));
        }
        if (closing !== null) protocol.close(...closing);
        receiver.write(takeOutput(protocol));
        assertEquals(arrived, items.map(arrival));
        assertEquals(closed, closing === null ? null : [closing[0], closing[1].toWellFormed()]);
      }),
      { runs: 150 },
    );
  });

  it("what ws writes, the decoder reads", async () => {
    const cuts = fc.array(fc.nat(), { maxLength: 12 });
    const fragments = fc.array(fc.oneof(fc.constant(0), fc.nat()), { minLength: 1, maxLength: 4 });
    await holds(
      fc.property(fc.array(item, { maxLength: 6 }), fragments, cuts, (items, fragments, cuts) => {
        const stream = sentByWs(items, fragments);
        const protocol = protocolOf();
        const arrived: Arrived[] = [];
        for (const chunk of chunksOf(stream, cuts.map((cut) => cut % (stream.length + 1)))) {
          protocol.receive(chunk);
          for (let event; (event = protocol.next()) !== ProtocolEvent.None;) {
            const { payload } = protocol;
            arrived.push([names.get(event) ?? `${event}`, payload.copy()]);
            if (event !== ProtocolEvent.Text) continue;
            assertEquals(encoder.encode(payload.text), payload.copy(), "the text and its bytes");
          }
        }
        assertEquals(protocol.error, undefined);
        assertEquals(arrived, items.map(arrival));
      }),
      { runs: 150 },
    );
  });
});
