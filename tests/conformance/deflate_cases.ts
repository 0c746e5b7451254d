import type { ConformanceCase } from "./case.ts";
import { deflateGroupCases } from "./deflate_group_cases.ts";
import { deflateHandshakeCases } from "./deflate_handshake_cases.ts";
import { deflateMessageCases } from "./deflate_message_cases.ts";

/** permessage-deflate: RFC 7692. */
export const deflateCases: readonly ConformanceCase[] = [
  ...deflateHandshakeCases,
  ...deflateMessageCases,
  ...deflateGroupCases,
];
