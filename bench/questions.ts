import type { Runtime } from "./runtimes.ts";

/** One row of the comparison: a benchmark program, who takes part, and what is to be reached. */
export interface Question {
  /** For `--question`. */
  readonly name: string;
  readonly program: string;
  readonly size: number;
  readonly unit: "M/s" | "MB/s" | "µs" | "bytes";
  /** What the ratio between `subject` and the best peer should be. Without it the row is for information. */
  readonly target?: { readonly atLeast: number } | { readonly atMost: number };
  /** Default: `silver9`. */
  readonly subject?: string;
  /** Default: {@linkcode PEERS}. */
  readonly peers?: readonly string[];
  /** Default: `raw`. */
  readonly floor?: string;
  /** Default: all. */
  readonly runtimes?: readonly Runtime[];
  /** A part of `--quick`. */
  readonly quick?: boolean;
}

/** The clients that the library is compared with. */
export const PEERS: readonly string[] = ["own", "ws", "undici"];

/** Whether a larger value is the better one. */
export function higherIsBetter({ unit }: Question): boolean {
  return unit === "M/s" || unit === "MB/s";
}

const KIB = 1024;
const MIB = 1024 * 1024;

/** Every question, in the order of the table. */
export const QUESTIONS: readonly Question[] = [
  {
    name: "receive 64 B, touched",
    program: "receive_touched.ts",
    size: 64,
    unit: "M/s",
    target: { atLeast: 5 },
    quick: true,
  },
  {
    name: "receive 64 B, untouched",
    program: "receive_untouched.ts",
    size: 64,
    unit: "M/s",
    target: { atLeast: 5 },
    quick: true,
  },
  {
    name: "receive 1 KiB text",
    program: "receive_text.ts",
    size: KIB,
    unit: "M/s",
    target: { atLeast: 1 },
    quick: true,
  },
  {
    name: "receive 64 KiB",
    program: "receive_large.ts",
    size: 64 * KIB,
    unit: "MB/s",
    target: { atLeast: 1 },
    quick: true,
  },
  { name: "receive 1 MiB", program: "receive_large.ts", size: MIB, unit: "MB/s", target: { atLeast: 1 } },
  {
    name: "send 64 B, corked",
    program: "send_corked.ts",
    size: 64,
    unit: "M/s",
    target: { atLeast: 5 },
    quick: true,
  },
  {
    name: "send 64 B, single",
    program: "send_single.ts",
    size: 64,
    unit: "M/s",
    target: { atLeast: 1 },
    quick: true,
  },
  { name: "send 1 MiB", program: "send_large.ts", size: MIB, unit: "MB/s", target: { atLeast: 1 } },
  ...[64, KIB, 4 * KIB, 16 * KIB, 64 * KIB].map((size): Question => ({
    name: `round trip ${size < KIB ? `${size} B` : `${size / KIB} KiB`}`,
    program: "round_trip.ts",
    size,
    unit: "µs",
    target: { atMost: 1 },
    quick: size === 64 || size === 16 * KIB,
  })),
  { name: "burst of 100", program: "burst.ts", size: 64, unit: "µs", target: { atMost: 1 } },
  {
    name: "polling, against idle loop",
    program: "polling.ts",
    size: 64,
    unit: "µs",
    target: { atMost: 0.6 },
    subject: "silver9-polling",
    peers: ["silver9"],
    floor: "raw-polling",
    runtimes: ["bun", "node"],
    quick: true,
  },
  { name: "memory, 64 B untouched", program: "memory.ts", size: 64, unit: "bytes", target: { atMost: 1 } },
];
