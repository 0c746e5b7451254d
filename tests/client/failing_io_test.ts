import { describe, it } from "node:test";
import { assert, assertEquals } from "@std/assert";
import { type CloseInfo, NonBlockingClient, WebSocketError } from "../../mod.ts";
import type { MemoryStreamOptions } from "../../src/transport/memory.ts";
import { pingFrame } from "../support/frames.ts";
import { memoryServer } from "./memory_server.ts";
import { describeClose, recorder } from "./recorder.ts";
import { bounded, turn } from "./setup.ts";

interface Outcome {
  /** How `connect` failed, when it did. */
  readonly refused?: WebSocketError;
  readonly events: readonly string[];
  readonly result?: PromiseSettledResult<CloseInfo>;
  /** The operation that was to fail was never reached. */
  readonly passed: boolean;
}

/** Connects, sends and receives a little of everything, closes: with trouble at the client's end of the stream. */
async function scenario(options: MemoryStreamOptions): Promise<Outcome> {
  const server = memoryServer({ client: options, append: pingFrame("are you there") });
  let client: NonBlockingClient;
  try {
    client = await bounded(
      "connect",
      NonBlockingClient.connect("ws://memory.example/", { transport: server.transport, closeTimeout: 200 }),
    );
  } catch (error) {
    assert(error instanceof WebSocketError, String(error));
    return { refused: error, events: [], passed: false };
  }
  const record = recorder({
    onActivated: (client) => {
      client.sendText("one");
      client.cork(() => {
        client.sendBinary(new Uint8Array(126));
        client.sendText("three");
      });
    },
    onTextMessage: (client, { text }) => void (text === "three" && client.close()),
    onBinaryMessage: (_, { byteLength }) => assertEquals(byteLength, 126),
  });
  const [result] = await bounded("the client to end", Promise.allSettled([client.run(record.handler)]));
  const events = [...record.messages];
  await turn();
  assertEquals(record.messages, events, "nothing is called after the end");
  assertEquals([client.state, client.bufferedAmount], ["closed", 0]);
  return { events, result, passed: events.at(-2) === "closed 1000 clean local" };
}

const pieces = [
  { takes: 1, splits: [1] },
  { takes: 2, splits: [3] },
  { takes: 3, splits: [2] },
  { takes: 50, splits: [50] },
  {},
];

for (const piece of pieces) {
  const name = `bytes taken ${piece.takes ?? "at once"}, read ${piece.splits?.[0] ?? "at once"}`;
  describe(name, () => {
    it("everything arrives, in order", async () => {
      const { events } = await scenario(piece);
      const binary = `binary ${"00 ".repeat(126).trimEnd()}`;
      assertEquals(events, [
        "activated",
        "ping are you there",
        "text one",
        binary,
        "text three",
        "closed 1000 clean local",
        "quit",
      ]);
    });

    for (const code of ["ECONNRESET", "EIO"]) {
      it(`${code} at the n-th operation, for every n: exactly one end`, async () => {
        const outcomes = new Set<string>();
        let failAt = 0;
        for (let passed = false; !passed;) {
          failAt++;
          assert(failAt < 3000, "the scenario never passes");
          const error = Object.assign(new Error("injected"), { code });
          const outcome = await scenario({ ...piece, failAt, error });
          passed = outcome.passed;
          outcomes.add(check(outcome, { code, error, at: failAt }));
        }
        // In every phase something failed, and it was told as what it is.
        const failure = code === "EIO" ? "error Io" : "closed 1006 not clean none";
        for (const expected of ["HandshakeFailed", failure, "closed 1000 clean local"]) {
          assert(outcomes.has(expected), `${expected} is not among ${[...outcomes].join(", ")}`);
        }
      });
    }
  });
}

/** Holds an outcome against the promises; answers how it ended. */
function check(outcome: Outcome, { code, error, at }: { code: string; error: Error; at: number }): string {
  if (outcome.refused !== undefined) {
    assertEquals(outcome.refused.cause, error, `operation ${at}`);
    return outcome.refused.code;
  }
  const { events, result } = outcome;
  const said = `operation ${at}: ${events.join(", ")}`;
  assertEquals(events[0], "activated", said);
  assertEquals(events.at(-1), "quit", said);
  const ends = events.filter((event) => /^(closed|error|quit)/.test(event));
  assertEquals(ends.length, 2, said);
  assertEquals(result!.status, "fulfilled", said);
  const close = (result as PromiseFulfilledResult<CloseInfo>).value;
  if (ends[0]!.startsWith("closed")) assertEquals(ends[0], `closed ${describeClose(close)}`, said);
  if (close.code === 1006) {
    assertEquals([close.wasClean, close.error?.code, close.error?.cause], [false, "Io", error], said);
    assertEquals(ends[0]!.startsWith("error"), code === "EIO", said);
  }
  return ends[0]!;
}
