import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { describe, it } from "node:test";
import { toHex } from "../support/frames.ts";
import { completed } from "./completed.ts";
import { holds } from "./property.ts";
import { anyStream } from "./streams.ts";
import { ourVerdict, undiciVerdict, type Verdict, wsVerdict } from "./verdict.ts";

/** How a peer's verdict may differ from ours, where it is the peer that is wrong or late. */
interface Difference {
  readonly name: string;
  explains(ours: Verdict, peer: Verdict): boolean;
}

/** What the peer has told beyond what we have; `undefined` where it told something else. */
function beyond(ours: Verdict, peer: Verdict): readonly string[] | undefined {
  return ours.events.every((event, index) => event === peer.events[index])
    ? peer.events.slice(ours.events.length)
    : undefined;
}

const sameEvents = (ours: Verdict, peer: Verdict): boolean => beyond(ours, peer)?.length === 0;

/** `end` of the stream: a decoder that waits for more says nothing yet. */
const late: Difference = {
  name: "36 waits for the end of the header, the frame or the message",
  explains: (ours, peer) => ours.failure !== 0 && peer.failure === 0 && sameEvents(ours, peer),
};

const nonMinimal: Difference = {
  name: "26 takes a length that is not minimal",
  explains: (ours, peer) =>
    /a length of \d+ bytes in \d bytes/.test(ours.why) && beyond(ours, peer) !== undefined,
};

const laterText: Difference = {
  name: "36 sees bad UTF-8 at the end of the message; control frames and other mistakes may come before",
  explains: (ours, peer) =>
    ours.failure === 1007 && /text message/.test(ours.why) &&
    (beyond(ours, peer)?.every((event) => /^(ping|pong|close)/.test(event)) ?? false),
};

const topBit: Difference = {
  name: "27 calls a length with the top bit too large",
  explains: (ours, peer) =>
    /most significant bit/.test(ours.why) && peer.failure === 1009 && sameEvents(ours, peer),
};

const noLimit: Difference = {
  name: "28 was told of no limit",
  explains: (ours, peer) => ours.failure === 1009 && beyond(ours, peer) !== undefined,
};

const byteOrderMark: Difference = {
  name: "37 drops a byte order mark from the reason of a Close",
  explains: (ours, peer) =>
    ours.failure === 0 && peer.failure === 0 &&
    sameEvents({ ...ours, events: ours.events.map(withoutMark) }, peer),
};

function withoutMark(event: string): string {
  return event.replace(/^(close \d+) ef bb bf ?/, "$1 ").trimEnd();
}

function compare(ours: Verdict, peer: Verdict, differences: readonly Difference[]): void {
  if (sameEvents(ours, peer) && ours.failure === peer.failure) return;
  if (differences.some((difference) => difference.explains(ours, peer))) return;
  assertEquals(peer, ours);
}

const WS = [nonMinimal, laterText, topBit];
const UNDICI = [nonMinimal, laterText, topBit, noLimit, byteOrderMark];

describe("differential: the decoder says of any stream what others say", () => {
  it("ws", async () => {
    await holds(
      fc.asyncProperty(anyStream, async (stream) => {
        compare(ourVerdict(stream), await wsVerdict(stream), [...WS, late]);
        const whole = completed(stream);
        compare(ourVerdict(whole), await wsVerdict(whole), WS);
      }),
      { runs: 250 },
    );
  });

  it("undici", async () => {
    await holds(
      fc.property(anyStream, (stream) => {
        compare(ourVerdict(stream), undiciVerdict(stream), [...UNDICI, late]);
        const whole = completed(stream);
        compare(ourVerdict(whole), undiciVerdict(whole), UNDICI);
      }),
      { runs: 250 },
    );
  });

  it("and mostly the very same, so that not everything is explained away", async () => {
    let same = 0;
    const streams = fc.sample(anyStream, { numRuns: 200, seed: 6455 }).map(completed);
    for (const stream of streams) {
      const [ours, theirs] = [ourVerdict(stream), await wsVerdict(stream)];
      if (sameEvents(ours, theirs) && ours.failure === theirs.failure) same++;
    }
    assert(same > 150, `the same for ${same} of ${streams.length}, first ${toHex(streams[0])}`);
  });
});
