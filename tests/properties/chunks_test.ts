import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { describe, it } from "node:test";
import { chunksOf, cutsOf } from "../core/support_bytes.ts";
import { referenceLog } from "../core/support_reference.ts";
import { drive } from "../core/support_transcript.ts";
import { clientTranscript, type Delivery } from "./client_transcript.ts";
import { holds } from "./property.ts";
import { anyStream, largeStream, limits } from "./streams.ts";

/** Nobody echoes, nobody closes: what is told is what came. */
const told = (chunks: readonly Uint8Array[]) => drive(chunks, { limits });

const withCuts = (streams: fc.Arbitrary<Uint8Array>) =>
  streams.chain((stream) => fc.tuple(fc.constant(stream), cutsOf(stream.length)));

const WHOLE: Delivery = { sizes: [], leftover: 0, closeAt: -1 };

const deliveries: fc.Arbitrary<[Uint8Array, Delivery]> = fc.tuple(
  anyStream,
  fc.record<Delivery>({
    sizes: fc.array(fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 20 })), { maxLength: 40 }),
    leftover: fc.oneof(fc.constant(0), fc.nat(60)),
    closeAt: fc.oneof({ weight: 3, arbitrary: fc.constant(-1) }, { weight: 1, arbitrary: fc.nat(6) }),
  }),
);

describe("39 any splitting gives the same events, answers and end", () => {
  it("in the protocol, for any stream", async () => {
    await holds(
      fc.property(withCuts(anyStream), ([stream, cuts]) => {
        const whole = told([stream]);
        assertEquals(told(chunksOf(stream, cuts)), whole);
        assertEquals(told(chunksOf(stream, [...stream.keys()])), whole, "byte by byte");
      }),
      { runs: 200 },
    );
  });

  it("in the protocol, for messages of any size", async () => {
    await holds(
      fc.property(withCuts(largeStream), ([stream, cuts]) => {
        assertEquals(drive(chunksOf(stream, cuts)), drive([stream]));
      }),
      { runs: 20 },
    );
  });

  it("in the protocol, as the RFC asks for", async () => {
    await holds(
      fc.property(withCuts(anyStream), ([stream, cuts]) => {
        const expected = referenceLog(stream, { ...limits, closeAt: -1 }).filter((line) =>
          !/^> (text|binary)/.test(line)
        );
        assertEquals(told(chunksOf(stream, cuts)).log, expected);
      }),
      { runs: 200 },
    );
  });

  it("in a client, with what it echoes, and what came with the opening handshake", async () => {
    await holds(
      fc.asyncProperty(deliveries, async ([stream, delivery]) => {
        const whole = await clientTranscript(stream, { ...WHOLE, closeAt: delivery.closeAt });
        assertEquals(await clientTranscript(stream, delivery), whole);
      }),
      { runs: 100 },
    );
  });
});
