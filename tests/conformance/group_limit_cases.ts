import { binaryFrame, concat, continuationFrame, textFrame } from "../support/frames.ts";
import { closes, type ConformanceCase } from "./case.ts";
import { letters } from "./echo_scripts.ts";
import { bytesLine, textLine } from "./lines.ts";
import { closesWith, hears } from "./scripts.ts";

const kib = 1024;
const mib = 1024 * kib;

/** The same bytes as a text and as a binary: made when a case runs, for loading the cases is not to take long. */
const kinds = ["text", "binary"] as const;
const build = { text: textFrame, binary: binaryFrame };

function lineOf(kind: typeof kinds[number], size: number): string {
  return kind === "text" ? textLine(letters(size)) : bytesLine("binary", concat(letters(size)));
}

function sizeName(size: number): string {
  if (size >= mib) return `${size / mib} MiB`;
  return size >= kib ? `${size / kib} KiB` : `${size} bytes`;
}

/** A message there and back, as often as told. */
function echoed(
  name: string,
  { bytes, line, splits, rounds = 1, deliveries = ["whole"] }: Echo,
): ConformanceCase {
  return {
    number: "G8",
    name,
    deliveries,
    echoes: true,
    server: async (peer) => {
      await peer.handshake();
      const [block, answer] = [bytes(), line()];
      for (let round = 0; round < rounds; round++) {
        await peer.send(block, { splits });
        await hears(peer, answer);
      }
      await closesWith(peer);
    },
    get expected() {
      return closes(Array(rounds).fill(line()), "1000 clean remote");
    },
  };
}

/** What comes, and how. */
interface Echo {
  readonly bytes: () => Uint8Array;
  /** As which it is told. */
  readonly line: () => string;
  /** The size of the pieces in which it comes. */
  readonly splits?: number;
  readonly rounds?: number;
  readonly deliveries?: ConformanceCase["deliveries"];
}

function inFragments(kind: typeof kinds[number], size: number, fragment: number): Uint8Array {
  const payload = letters(size);
  const frames = Array.from({ length: size / fragment }, (_, at) => {
    const part = payload.slice(at * fragment, (at + 1) * fragment);
    return (at === 0 ? build[kind] : continuationFrame)(part, { fin: (at + 1) * fragment === size });
  });
  return concat(...frames);
}

/** One message there and back. The largest as text alone, of which more is asked. */
const sizeCases = [64 * kib, 256 * kib, mib, 4 * mib, 16 * mib].flatMap((size) =>
  kinds.filter((kind) => size <= 4 * mib || kind === "text").map((kind) =>
    echoed(`a ${kind} of ${sizeName(size)} there and back`, {
      line: () => lineOf(kind, size),
      bytes: () => build[kind](letters(size)),
      deliveries: size < mib ? ["whole", "byte by byte", "random splits"] : ["whole"],
    })
  )
);

/** A message of 1 MiB in fragments of one size. */
const fragmentCases = [64, kib, 16 * kib, 256 * kib].flatMap((size) =>
  kinds.map((kind) =>
    echoed(`a ${kind} of 1 MiB in fragments of ${sizeName(size)}`, {
      line: () => lineOf(kind, mib),
      bytes: () => inFragments(kind, mib, size),
    })
  )
);

/** A message of 256 KiB whose bytes come in pieces of one size. */
const pieceCases = [64, 256, kib, 2 * kib].map((size) =>
  echoed(`a text of 256 KiB that comes in pieces of ${sizeName(size)}`, {
    line: () => lineOf("text", 256 * kib),
    bytes: () => textFrame(letters(256 * kib)),
    splits: size,
  })
);

const rounds = 100;

/** Many round trips of one size. */
const roundTripCases = [0, 16, 64, 256, kib, 4 * kib, 16 * kib].flatMap((size) =>
  kinds.map((kind) =>
    echoed(`${rounds} round trips of a ${kind} of ${sizeName(size)}`, {
      line: () => lineOf(kind, size),
      bytes: () => build[kind](letters(size)),
      rounds,
    })
  )
);

/** By subject: limits and performance. */
export const groupLimitCases: readonly ConformanceCase[] = [
  ...sizeCases,
  ...fragmentCases,
  ...pieceCases,
  ...roundTripCases,
];
