import type { Codec } from "../channel/codec.ts";
import type { ErrorRecord } from "../channel/error_record.ts";
import { Memory } from "../channel/memory.ts";

/** What a look-up on another thread came to; no addresses where it leaves the name to the system. */
export interface LookupRecord {
  readonly addresses?: readonly string[];
  readonly error?: ErrorRecord;
}

/** Look-ups are rare: JSON does. */
export const lookupCodec: Codec<LookupRecord> = {
  name: "lookup",
  kind: () => 0,
  byteLength: (record) => Memory.textLength(JSON.stringify(record)),
  encode: (record, memory, start, end) => memory.writeText(JSON.stringify(record), start, end),
  decode: (_kind, memory, start, end) => JSON.parse(memory.readText(start, end)) as LookupRecord,
};
