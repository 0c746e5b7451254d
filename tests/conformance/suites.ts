import type { ConformanceCase } from "./case.ts";
import { closingCases } from "./closing_cases.ts";
import { deflateCases } from "./deflate_cases.ts";
import { framingCases } from "./framing_cases.ts";
import { groupCases } from "./group_cases.ts";
import { handshakeCases } from "./handshake_cases.ts";

/** All cases, by the test file that runs them. The server's thread finds them here too. */
export const suites = {
  handshake: handshakeCases,
  framing: framingCases,
  closing: closingCases,
  groups: groupCases,
  deflate: deflateCases,
} satisfies Record<string, readonly ConformanceCase[]>;

/** A test file of this directory. */
export type SuiteName = keyof typeof suites;
