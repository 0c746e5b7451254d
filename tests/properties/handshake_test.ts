import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import fc from "fast-check";
import { describe, it } from "node:test";
import { WebSocketError } from "../../src/core/errors.ts";
import type { OpeningHandshake } from "../../src/core/handshake.ts";
import type { ResponseLimits } from "../../src/core/response_parser.ts";
import { decodeLatin1 } from "../../src/core/latin1.ts";
import { handshake } from "../core/answers.ts";
import { chunksOf, cutsOf } from "../core/support_bytes.ts";
import { holds } from "./property.ts";
import { referenceUpgrade } from "./reference_upgrade.ts";
import { anyResponse, offered } from "./responses.ts";

/** What a handshake made of an answer. */
interface Outcome {
  readonly done: boolean;
  /** Bytes taken, unless it failed. */
  readonly taken: number | undefined;
  readonly protocol: string;
  readonly error: readonly unknown[] | undefined;
}

function outcome(subject: OpeningHandshake, chunks: readonly Uint8Array[], end: boolean): Outcome {
  let taken = 0;
  try {
    for (const chunk of chunks) taken += subject.receive(chunk.slice());
    if (end) subject.end();
  } catch (error) {
    return { done: subject.done, taken: undefined, protocol: subject.protocol, error: described(error) };
  }
  return { done: subject.done, taken, protocol: subject.protocol, error: undefined };
}

function described(error: unknown): readonly unknown[] {
  assertInstanceOf(error, WebSocketError);
  assert(["HandshakeFailed", "LimitExceeded"].includes(error.code), error.code);
  return [error.code, error.message, error.response];
}

const start = () => handshake({ protocols: offered });

describe("opening handshake: any answer", () => {
  it("10-18 21 22 opens where the RFCs say so, nowhere else, and takes not a byte too much", async () => {
    await holds(
      fc.property(anyResponse, (answer) => {
        const { done, taken, error } = outcome(start(), [answer], true);
        const expected = referenceUpgrade(decodeLatin1(answer));
        assertEquals([done, taken], [expected !== undefined, expected], String(error?.[1]));
      }),
      { runs: 600 },
    );
  });

  it("39 the same in any pieces", async () => {
    const answers = anyResponse.chain((answer) => fc.tuple(fc.constant(answer), cutsOf(answer.length)));
    await holds(
      fc.property(answers, fc.boolean(), ([answer, cuts], end) => {
        const whole = outcome(start(), [answer], end);
        assertEquals(outcome(start(), chunksOf(answer, cuts), end), whole);
        assertEquals(outcome(start(), chunksOf(answer, [...answer.keys()]), end), whole, "byte by byte");
      }),
      { runs: 250 },
    );
  });

  it("19 never takes more than its limits allow", async () => {
    const limits: fc.Arbitrary<ResponseLimits> = fc.record({
      headerBytes: fc.nat(300),
      headerCount: fc.nat(6),
      bodyBytes: fc.nat(8),
    });
    await holds(
      fc.property(anyResponse, limits, (answer, limits) => {
        const subject = handshake({ protocols: offered, limits });
        let fed = 0;
        try {
          for (; fed < answer.length && !subject.done; fed++) subject.receive(answer.subarray(fed, fed + 1));
        } catch (error) {
          const [code, , response] = described(error) as [string, string, WebSocketError["response"]];
          if (code === "LimitExceeded") {
            assert(fed + 1 > limits.headerBytes || /\n.*\n/s.test(decodeLatin1(answer)));
          }
          assert((response?.headers.length ?? 0) <= limits.headerCount);
          assert((response?.body.length ?? 0) <= limits.bodyBytes);
          return;
        }
        const text = decodeLatin1(answer.subarray(0, fed));
        if (subject.done) assert(fed <= limits.headerBytes, "too long a header");
        else if (!text.includes("\r\n\r\n")) assert(fed <= limits.headerBytes, "too much without an end");
      }),
      { runs: 250 },
    );
  });
});
