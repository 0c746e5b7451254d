import type { Question } from "./questions.ts";

/** What a thread between the program and the socket costs, and what it gains. */
export const STYLE_QUESTIONS: readonly Question[] = [
  ...["blocking", "async"].map((style): Question => ({
    name: `${style}, round trip 64 B`,
    program: "round_trip.ts",
    size: 64,
    unit: "µs",
    subject: `silver9-${style}`,
    peers: ["silver9"],
  })),
  ...["blocking", "async"].map((style): Question => ({
    name: `${style}, polling 64 B`,
    program: "polling.ts",
    size: 64,
    unit: "µs",
    subject: `silver9-${style}-polling`,
    peers: ["silver9"],
  })),
  {
    name: "async, receive 64 B",
    program: "receive_touched.ts",
    size: 64,
    unit: "M/s",
    target: { atLeast: 3 },
    subject: "silver9-async",
    others: ["silver9", "silver9-blocking"],
  },
  ...["", "-blocking", "-async"].map((style): Question => ({
    name: `first message${style.replace("-", ", ")}`,
    program: "first_message.ts",
    size: 64,
    unit: "µs",
    subject: `silver9${style}`,
    floor: "none",
  })),
];
