import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { describe, it } from "node:test";
import type { DeflateAgreement } from "../../src/core/deflate_offer.ts";
import type { Protocol } from "../../src/core/protocol.ts";
import { deflateProtocol } from "../core/deflate_support.ts";
import { chunksOf } from "../core/support_bytes.ts";
import { protocolOf, takeOutput } from "../core/support_transcript.ts";
import { arrival, arrivedIn, closing, type Item, item, send } from "./items.ts";
import { holds } from "./property.ts";
import { sentByWs, wsDeflate, WsReader } from "./ws_ends.ts";

const items: fc.Arbitrary<Item[]> = fc.array(item, { maxLength: 6 });

/** How both sides compress, both context modes among it; `null`: not at all. */
const agreements: fc.Arbitrary<(DeflateAgreement & { readonly threshold: number }) | null> = fc.option(
  fc.record({
    serverNoContextTakeover: fc.boolean(),
    clientNoContextTakeover: fc.boolean(),
    serverMaxWindowBits: fc.integer({ min: 9, max: 15 }),
    clientMaxWindowBits: fc.integer({ min: 9, max: 15 }),
    threshold: fc.constantFrom(0, 0, 100),
  }),
);

function protocolFor(agreement: (DeflateAgreement & { readonly threshold: number }) | null): Protocol {
  const limits = { maxBufferedAmount: 1 << 24 };
  return agreement === null ? protocolOf(limits) : deflateProtocol({ ...limits, ...agreement });
}

describe("round trip", () => {
  it("what the encoder writes, ws reads, compressed or not", async () => {
    await holds(
      fc.asyncProperty(
        agreements,
        items,
        closing,
        fc.boolean(),
        async (agreement, items, closing, corked) => {
          const extensions = agreement === null ? undefined : wsDeflate(agreement);
          const reader = new WsReader(extensions);
          const protocol = protocolFor(agreement);
          for (const item of items) {
            send(protocol, item);
            if (!corked) await reader.read(takeOutput(protocol));
          }
          if (closing !== null) protocol.close(...closing);
          await reader.read(takeOutput(protocol));
          extensions?.["permessage-deflate"].cleanup();
          protocol.end();
          assertEquals(reader.arrived, items.map(arrival));
          assertEquals(reader.closed, closing === null ? null : [closing[0], closing[1].toWellFormed()]);
        },
      ),
      { runs: 100 },
    );
  });

  it("what ws writes, the decoder reads, compressed or not", async () => {
    const cuts = fc.array(fc.nat(), { maxLength: 12 });
    const fragments = fc.array(fc.oneof(fc.constant(0), fc.nat()), { minLength: 1, maxLength: 4 });
    await holds(
      fc.asyncProperty(agreements, items, fragments, cuts, async (agreement, items, fragments, cuts) => {
        const extensions = agreement === null ? undefined : wsDeflate(agreement);
        const stream = await sentByWs(items, fragments, extensions);
        extensions?.["permessage-deflate"].cleanup();
        const protocol = protocolFor(agreement);
        const chunks = chunksOf(stream, cuts.map((cut) => cut % (stream.length + 1)));
        const arrived = arrivedIn(protocol, chunks);
        assertEquals(protocol.error, undefined);
        protocol.end();
        assertEquals(arrived, items.map(arrival));
      }),
      { runs: 100 },
    );
  });
});
