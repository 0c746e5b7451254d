import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { describe, it } from "node:test";
import { type Protocol, ProtocolEvent } from "../../src/core/protocol.ts";
import { chunksOf, cutsOf } from "./support_bytes.ts";
import { referenceLog } from "./support_reference.ts";
import { limits, serverStreams } from "./support_server_streams.ts";
import { drive, type DriveOptions } from "./support_transcript.ts";

/** A client that echoes every message, and closes with 3000 at the event with this number. */
function echoing(closeAt: number): DriveOptions {
  let told = 0;
  const react = (protocol: Protocol, event: ProtocolEvent): void => {
    if (protocol.state === "closed") return;
    if (protocol.state === "open") {
      if (event === ProtocolEvent.Text) protocol.sendText(protocol.payload.text);
      if (event === ProtocolEvent.Binary) protocol.sendBinary(protocol.payload.bytes);
    }
    if (told++ === closeAt) protocol.close(3000, "");
  };
  return { limits, react };
}

/** A stream, where to cut it, and the event at which the client closes: mostly none. */
const scenarios = fc.tuple(serverStreams, fc.oneof(fc.constant(-1), fc.nat(8)))
  .chain(([stream, closeAt]) => fc.tuple(fc.constant(stream), cutsOf(stream.length), fc.constant(closeAt)));

describe("chunking", () => {
  it("39 any splitting of any stream gives the same events, the same answers and the same end", () => {
    fc.assert(
      fc.property(scenarios, ([stream, cuts, closeAt]) => {
        const whole = drive([stream], echoing(closeAt));
        assertEquals(drive(chunksOf(stream, cuts), echoing(closeAt)), whole);
        assertEquals(drive(chunksOf(stream, [...stream.keys()]), echoing(closeAt)), whole, "byte by byte");
      }),
      { numRuns: 300 },
    );
  });

  it("39 any stream, in any pieces, has the events and answers that the RFC asks for", () => {
    fc.assert(
      fc.property(scenarios, ([stream, cuts, closeAt]) => {
        const expected = referenceLog(stream, { ...limits, closeAt });
        assertEquals(drive(chunksOf(stream, cuts), echoing(closeAt)).log, expected);
      }),
      { numRuns: 500 },
    );
  });

  it("the streams are of every kind: most hold messages, many fail, by each code, and some close", () => {
    const seen = new Map<string, number>();
    for (const [stream, , closeAt] of fc.sample(scenarios, { numRuns: 400, seed: 6455 })) {
      for (const line of new Set(referenceLog(stream, { ...limits, closeAt }))) {
        const kind = line.startsWith("> close") ? line : line.split(" ", 1)[0];
        seen.set(kind, (seen.get(kind) ?? 0) + 1);
      }
    }
    const kinds = ["Text", "Binary", "Ping", "Pong", "Close", "Failed", "> close"];
    for (const kind of [...kinds, "> close 03 ea", "> close 03 ef", "> close 03 f1", "> close 0b b8"]) {
      assert((seen.get(kind) ?? 0) >= 4, `${kind}: ${JSON.stringify([...seen])}`);
    }
  });
});
