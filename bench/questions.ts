import { LATENCY_QUESTIONS } from "./latency_questions.ts";
import { MANY_QUESTIONS } from "./many_questions.ts";
import type { Runtime } from "./runtimes.ts";
import { STYLE_QUESTIONS } from "./style_questions.ts";

/** What a question's ratio should be; or, `reach`, the subject's own value. */
export type Target = { readonly atLeast: number } | { readonly atMost: number } | { readonly reach: number };

/** One row of the comparison: a benchmark program, who takes part, and what is to be reached. */
export interface Question {
  /** For `--question`. */
  readonly name: string;
  readonly program: string;
  readonly size: number;
  readonly unit: "M/s" | "MB/s" | "µs" | "bytes" | "KiB" | "/s";
  /** Connections open at once. */
  readonly connections?: number;
  /** What the ratio between `subject` and the best peer should be. Without it the row is for information. */
  readonly target?: Target;
  /** More rows of the same findings. */
  readonly checks?: readonly Check[];
  /** Default: `silver9`. */
  readonly subject?: string;
  /** Default: {@linkcode PEERS}. */
  readonly peers?: readonly string[];
  /** Default: `raw`. */
  readonly floor?: string;
  /** Measured too, and shown with their percentiles below the table. */
  readonly others?: readonly string[];
  /** In Bun; the same over TLS; or in C, where there is a compiler. Default: `bun`. */
  readonly server?: "bun" | "tls" | "native";
  /** Server and client share one core: how long waking a sleeping core takes is the machine's matter. */
  readonly sameCore?: boolean;
  /** Default: all. */
  readonly runtimes?: readonly Runtime[];
  /** A part of `--quick`. */
  readonly quick?: boolean;
}

/** A row that asks something else of the same findings. */
export interface Check {
  readonly name: string;
  readonly target: Target;
  /** Default: those of the question. */
  readonly peers?: readonly string[];
  /** Looks at the 99.9th percentile, or at the processor time, instead of the value. */
  readonly of?: "p999" | "cpu";
}

/** The clients that the library is compared with. */
export const PEERS: readonly string[] = ["own", "ws", "undici"];

/** Everybody whom a question measures. */
export function contestantsFor(question: Question): Set<string> {
  const { peers = PEERS, floor = "raw", subject = "silver9", others = [], checks = [] } = question;
  return new Set([floor, ...peers, ...checks.flatMap(({ peers = [] }) => peers), ...others, subject]);
}

/** Whether a larger value is the better one. */
export function higherIsBetter({ unit }: Question): boolean {
  return unit.endsWith("/s");
}

/** Clients in other languages that take part in receiving. */
const NATIVE_RECEIVERS = [
  "tungstenite",
  "fastwebsockets",
  "s9_websocket",
  "gws",
  "gorilla",
  "picows",
  "websockets",
];

const KIB = 1024;
const MIB = 1024 * 1024;

const TO_RAW_RECEIVING: readonly Check[] = [{
  name: "to the raw socket",
  peers: ["raw"],
  target: { atLeast: 0.95 },
}];

/** Every question, in the order of the table. */
export const QUESTIONS: readonly Question[] = [
  {
    name: "receive 64 B, touched",
    program: "receive_touched.ts",
    size: 64,
    unit: "M/s",
    target: { atLeast: 10 },
    checks: [{ name: "to the best native client", peers: NATIVE_RECEIVERS, target: { atLeast: 1 } }],
    others: ["silver9-view", ...NATIVE_RECEIVERS],
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
    target: { atLeast: 2 },
    quick: true,
  },
  ...[KIB, 8 * KIB].map((size): Question => ({
    name: `receive ${size / KIB} KiB`,
    program: "receive_large.ts",
    size,
    unit: "MB/s",
  })),
  {
    name: "receive 64 KiB",
    program: "receive_large.ts",
    size: 64 * KIB,
    unit: "MB/s",
    target: { atLeast: 1.2 },
    checks: TO_RAW_RECEIVING,
    quick: true,
  },
  {
    name: "receive 1 MiB",
    program: "receive_large.ts",
    size: MIB,
    unit: "MB/s",
    target: { atLeast: 1.2 },
    checks: TO_RAW_RECEIVING,
  },
  {
    name: "send 64 B, corked",
    program: "send_corked.ts",
    size: 64,
    unit: "M/s",
    target: { atLeast: 10 },
    quick: true,
  },
  {
    name: "send 64 B, single",
    program: "send_single.ts",
    size: 64,
    unit: "M/s",
    target: { atLeast: 1.3 },
    quick: true,
  },
  { name: "send 1 MiB", program: "send_large.ts", size: MIB, unit: "MB/s", target: { atLeast: 1.2 } },
  ...[64, KIB, 4 * KIB, 16 * KIB, 64 * KIB].map((size): Question => ({
    name: `round trip ${size < KIB ? `${size} B` : `${size / KIB} KiB`}`,
    program: "round_trip.ts",
    size,
    unit: "µs",
    target: { atMost: 0.95 },
    checks: [{ name: "to the raw socket", peers: ["raw"], target: { atMost: 1.1 } }],
    quick: size === 64 || size === 16 * KIB,
  })),
  { name: "burst of 100", program: "burst.ts", size: 64, unit: "µs", target: { atMost: 0.5 } },
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
  ...LATENCY_QUESTIONS,
  ...MANY_QUESTIONS,
  ...STYLE_QUESTIONS,
];
