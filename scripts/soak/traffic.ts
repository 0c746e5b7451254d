import { Buffer } from "node:buffer";
import { Random } from "../../tests/channel/random.ts";

/** A message that both ends know beforehand: they tell each other no more than the seed. */
export interface Message {
  readonly binary: boolean;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** In so many frames, where the sender can. */
  readonly fragments: number;
}

const MIB = 1024 * 1024;
/** Where lengths are written in another way, and where buffers tend to end. */
const EDGES = [0, 1, 125, 126, 127, 4096, 65535, 65536, 262144, MIB];
/** What a pattern has more than the largest message, so that messages can begin at different places. */
const SHIFTS = 64 * 1024;
/** UTF-8 in cells of four bytes: a text may begin and end between any two. */
const CELLS = ["soak", "x€", "éü", "😀", '{"":', "ab\r\n"];

const noise = Uint8Array.from(
  { length: MIB + SHIFTS },
  ((random: Random) => () => random.below(256))(new Random(1)),
);
const prose = new TextEncoder().encode(
  Array.from(
    { length: (MIB + SHIFTS) / 4 },
    ((random: Random) => () => CELLS[random.below(CELLS.length)])(new Random(2)),
  ).join(""),
);

/** The messages of one direction of a connection: `count` of them. */
export function messagesOf(seed: number, count: number): Message[] {
  const random = new Random(seed);
  return Array.from({ length: count }, () => {
    const binary = random.below(2) === 0;
    const size = sizeOf(random);
    const start = random.below(SHIFTS / 4) * 4;
    // Texts are whole cells.
    const bytes = binary ? noise.subarray(start, start + size) : prose.subarray(start, start + (size & ~3));
    return { binary, bytes, fragments: random.below(4) === 0 ? 2 + random.below(6) : 1 };
  });
}

/** 0 to 1 MiB: most are small, some lie at an edge, a few are large. */
function sizeOf(random: Random): number {
  const kind = random.below(20);
  if (kind < 3) return EDGES[random.below(EDGES.length)]!;
  if (kind < 15) return random.below(2048);
  return kind < 19 ? random.below(64 * 1024) : random.below(MIB);
}

/** What went over in one direction. */
export interface Tally {
  messages: number;
  bytes: number;
}

/** Whether these are the bytes of the message. */
export function isSame(message: Message | undefined, binary: boolean, bytes: Uint8Array): boolean {
  if (message === undefined || message.binary !== binary || message.bytes.length !== bytes.length) {
    return false;
  }
  return Buffer.compare(message.bytes, bytes) === 0;
}
