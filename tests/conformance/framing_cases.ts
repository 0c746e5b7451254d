import type { ConformanceCase } from "./case.ts";
import { frameHeaderCases } from "./frame_header_cases.ts";
import { messageCases } from "./message_cases.ts";
import { orderCases } from "./order_cases.ts";
import { textCases } from "./text_cases.ts";

/** RFC 6455 §5, §6, §8 and §10: rows 23 to 39a. */
export const framingCases: readonly ConformanceCase[] = [
  ...frameHeaderCases,
  ...messageCases,
  ...orderCases,
  ...textCases,
];
