import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { describe, it } from "node:test";
import { compressedFrame, deflated, deflateProtocol } from "../core/deflate_support.ts";
import { chunksOf, cutsOf } from "../core/support_bytes.ts";
import { countingKeys, takeOutput } from "../core/support_transcript.ts";
import { concat, frame, pingFrame, toHex } from "../support/frames.ts";
import { arrivedIn } from "./items.ts";
import { holds } from "./property.ts";
import { nearly } from "./streams.ts";

const limits = { maxMessageSize: 200, maxFrameSize: 140 };

const content = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.string({ unit: "binary", maxLength: 60 }).map((text) => new TextEncoder().encode(text)),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(0, 1, 199, 200, 201, 5000).map((size) => new Uint8Array(size).fill(0x61)),
  },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 30 }) },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.nat(210), fc.constantFrom(0xff, 0x80, 0xe2)).map(([at, byte]) =>
      new Uint8Array(5000).fill(0x61).fill(byte, at, at + 1)
    ),
  },
);

/** Compressed data: mostly right, at times in a stored block, with mistakes, or none at all. */
const data = content.chain((content) => {
  const right = fc.constantFrom(0, 1, 6, 9).map((level) => deflated(content, { level }));
  return fc.oneof({ weight: 5, arbitrary: right }, { weight: 2, arbitrary: nearly(right) }, {
    weight: 1,
    arbitrary: fc.uint8Array({ maxLength: 20 }),
  });
});

/** One message: compressed or not, in one frame or two, with a ping in between. */
const message = fc.tuple(data, fc.constantFrom(1, 2), fc.boolean(), fc.nat(), fc.boolean())
  .map(([data, opcode, compressed, cut, split]) => {
    const rsv = compressed ? 4 : 0;
    if (!split) {
      return opcode === 1 && compressed ? compressedFrame(data) : frame({ opcode, rsv, payload: data });
    }
    const at = cut % (data.length + 1);
    const first = frame({ opcode, rsv, fin: false, payload: data.subarray(0, at) });
    return concat(first, pingFrame("p"), frame({ opcode: 0, payload: data.subarray(at) }));
  });

const messages = fc.array(message, { minLength: 1, maxLength: 5 }).map((parts) => concat(...parts));
const streams = fc.oneof({ weight: 3, arbitrary: messages }, { weight: 1, arbitrary: nearly(messages) });

interface Told {
  readonly events: readonly string[];
  readonly answers: string;
  readonly error: readonly unknown[];
  readonly why: string;
  readonly state: string;
}

function told(chunks: readonly Uint8Array[], keepsWindow: boolean): Told {
  const protocol = deflateProtocol({
    ...limits,
    serverNoContextTakeover: !keepsWindow,
    maskKeys: countingKeys(),
  });
  const events = arrivedIn(protocol, chunks.map((chunk) => chunk.slice()));
  const { error, state } = protocol;
  const answers = toHex(takeOutput(protocol));
  protocol.end();
  return {
    events: events.map(([type, data]) => `${type} ${toHex(data)}`),
    answers,
    error: [error?.code, error?.closeCode],
    why: error?.message ?? "",
    state,
  };
}

/** Of data that neither inflates nor is UTF-8, what is found first depends on how much of it there is. */
function withoutWhy({ error, why, ...told }: Told): unknown {
  return { ...told, error, why: error[1] === 1007 ? "" : why };
}

/**
 * Data that is one byte beyond the limit, with a mistake behind it: zlib looks ahead as far as it can without giving more,
 * and does not say what it gave before the mistake.
 */
function isNotDeflateAtTheLimit(whole: Told, pieces: Told): boolean {
  return whole.why.includes("cannot be inflated") &&
    pieces.why.includes(`more than ${limits.maxMessageSize} bytes`) &&
    whole.events.join() === pieces.events.join();
}

describe("permessage-deflate: any stream", () => {
  it("39 59 is told the same in any pieces, and nothing is thrown but what the peer did wrong", async () => {
    const cases = fc.tuple(streams, fc.boolean()).chain(([stream, keepsWindow]) =>
      fc.tuple(fc.constant(stream), fc.constant(keepsWindow), cutsOf(stream.length))
    );
    await holds(
      fc.property(cases, ([stream, keepsWindow, cuts]) => {
        const whole = told([stream], keepsWindow);
        for (const places of [cuts, [...stream.keys()]]) {
          const pieces = told(chunksOf(stream, places), keepsWindow);
          if (!isNotDeflateAtTheLimit(whole, pieces)) {
            assertEquals(withoutWhy(pieces), withoutWhy(whole), `cut at ${places}`);
          }
        }
        assert(
          whole.events.every((event) => event.length <= 3 * limits.maxMessageSize + 10),
          "beyond the limit",
        );
      }),
      { runs: 200 },
    );
  });
});
