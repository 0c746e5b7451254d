import type { Question } from "./questions.ts";

const MIB = 1024 * 1024;
const NATIVE = ["c", "s9_websocket", "tungstenite"];
const NATIVE_WAITING = ["c-waiting", "s9_websocket-waiting", "tungstenite-waiting"];

/** What system calls are for: round trips, beside those in C and Rust; and receiving, which must not suffer. */
export const LATENCY_QUESTIONS: readonly Question[] = [
  {
    name: "syscall polling 64 B",
    program: "polling.ts",
    size: 64,
    unit: "µs",
    target: { atMost: 0.5 },
    checks: [
      { name: "to raw system calls", peers: ["raw-syscall"], target: { atMost: 1.15 } },
      { name: "to s9_websocket", peers: ["s9_websocket"], target: { atMost: 1 } },
      { name: "at p99.9", target: { atMost: 0.33 }, of: "p999" },
    ],
    subject: "silver9-syscall",
    floor: "raw-syscall",
    others: NATIVE,
    server: "native",
    quick: true,
  },
  {
    name: "syscall waiting 64 B",
    program: "round_trip.ts",
    size: 64,
    unit: "µs",
    target: { atMost: 1 },
    checks: [
      { name: "to raw system calls", peers: ["raw-syscall-waiting"], target: { atMost: 1.1 } },
      { name: "to s9_websocket", peers: ["s9_websocket-waiting"], target: { atMost: 1 } },
    ],
    subject: "silver9-syscall-waiting",
    floor: "raw-syscall-waiting",
    others: [...NATIVE_WAITING, "silver9-blocking-syscall", "silver9-blocking"],
    server: "native",
    sameCore: true,
  },
  {
    name: "syscall wss 64 B",
    program: "polling.ts",
    size: 64,
    unit: "µs",
    target: { atMost: 1 },
    checks: [{ name: "to s9_websocket", peers: ["s9_websocket"], target: { atMost: 1 } }],
    subject: "silver9-syscall",
    floor: "none",
    others: ["silver9"],
    server: "tls",
  },
  {
    name: "syscall receive 64 B, touched",
    program: "receive_touched.ts",
    size: 64,
    unit: "M/s",
    target: { reach: 10 },
    checks: [{ name: "to event-driven", target: { atLeast: 1 } }],
    subject: "silver9-syscall",
    peers: ["silver9"],
    floor: "raw-syscall",
    server: "native",
  },
  {
    name: "syscall receive 64 B, untouched",
    program: "receive_untouched.ts",
    size: 64,
    unit: "M/s",
    target: { reach: 10 },
    checks: [{ name: "to event-driven", target: { atLeast: 1 } }],
    subject: "silver9-syscall",
    peers: ["silver9"],
    floor: "raw-syscall",
    server: "native",
  },
  ...[64 * 1024, MIB].map((size): Question => ({
    name: `syscall receive ${size < MIB ? "64 KiB" : "1 MiB"}`,
    program: "receive_large.ts",
    size,
    unit: "MB/s",
    target: { atLeast: 0.9 },
    subject: "silver9-syscall",
    peers: ["raw-syscall"],
    floor: "raw-syscall",
    server: "native",
  })),
];
