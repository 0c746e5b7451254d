/**
 * What one side sends and the other receives.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Protocol, ProtocolEvent } from "../../src/core/protocol.ts";
import { boundarySize, filled } from "./streams.ts";

/** A message or control frame that one side sends; texts as they are given to the program. */
export type Item =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "binary" | "ping" | "pong"; readonly data: Uint8Array };

/** What arrives: text as the bytes of its UTF-8. */
export type Arrived = readonly [type: string, data: Uint8Array];

const encoder = new TextEncoder();

/** Any string: all planes, lone surrogates, byte order marks, of every size. */
const anyText: fc.Arbitrary<string> = fc.oneof(
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

/** A message or control frame, of any size. */
export const item: fc.Arbitrary<Item> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ type: fc.constant("text" as const), text: anyText }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("binary" as const), data: anyBytes }) },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constantFrom("ping" as const, "pong" as const), data: short }),
  },
);

/** A Close at the end, or none; a reason that fits. */
export const closing: fc.Arbitrary<[code: number, reason: string] | null> = fc.option(
  fc.tuple(fc.constantFrom(1000, 3000, 4999), fc.string({ unit: "binary", maxLength: 30 })),
);

/** What of an item arrives. */
export function arrival(item: Item): Arrived {
  return item.type === "text" ? ["text", encoder.encode(item.text)] : [item.type, item.data];
}

/** Sends an item. */
export function send(protocol: Protocol, item: Item): void {
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

/** What a protocol tells of these chunks. */
export function arrivedIn(protocol: Protocol, chunks: readonly Uint8Array[]): Arrived[] {
  const arrived: Arrived[] = [];
  for (const chunk of chunks) {
    protocol.receive(chunk);
    for (let event; (event = protocol.next()) !== ProtocolEvent.None;) {
      const { payload } = protocol;
      arrived.push([names.get(event) ?? `${event}`, payload.copy()]);
      // The text and its bytes are the same.
      if (event === ProtocolEvent.Text) assertEquals(encoder.encode(payload.text), payload.copy());
    }
  }
  return arrived;
}
