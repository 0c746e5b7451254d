import type { ConformanceCase } from "./case.ts";
import { groupClosingCases } from "./group_closing_cases.ts";
import { groupFramingCases } from "./group_framing_cases.ts";
import { groupLimitCases } from "./group_limit_cases.ts";
import { groupTextCases } from "./group_text_cases.ts";

/** By subject, as the well-known suite has them, written from the RFCs: rows G1 to G8. */
export const groupCases: readonly ConformanceCase[] = [
  ...groupFramingCases,
  ...groupTextCases,
  ...groupClosingCases,
  ...groupLimitCases,
];
