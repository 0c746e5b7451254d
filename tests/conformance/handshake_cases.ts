import { answerCases } from "./answer_cases.ts";
import type { ConformanceCase } from "./case.ts";
import { requestCases } from "./request_cases.ts";
import { responseCases } from "./response_cases.ts";
import { tlsCases } from "./tls_cases.ts";
import { waitingCases } from "./waiting_cases.ts";

/** RFC 6455 §3, §4 and §9: rows 1 to 22. */
export const handshakeCases: readonly ConformanceCase[] = [
  ...requestCases,
  ...tlsCases,
  ...responseCases,
  ...answerCases,
  ...waitingCases,
];
