import type { Question } from "./questions.ts";

/** What connections cost by their number, and how fast they open. */
export const MANY_QUESTIONS: readonly Question[] = [
  { name: "connects", program: "connects.ts", size: 1, unit: "/s", target: { atLeast: 1.2 } },
  ...[100, 1_000, 10_000].map((connections): Question => ({
    name: `${connections} connections`,
    program: "connections.ts",
    size: 64,
    connections,
    unit: "KiB",
    target: { atMost: 1 },
    checks: [
      { name: "processor time of an echo", target: { atMost: 0.8 }, of: "cpu" },
      { name: "processor time, to raw", peers: ["raw"], target: { atMost: 1.15 }, of: "cpu" },
    ],
  })),
];
