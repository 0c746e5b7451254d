import type { Codec } from "../channel/codec.ts";
import {
  type CloseRecord,
  type ErrorRecord,
  fromCloseRecord,
  fromErrorRecord,
  toCloseRecord,
  toErrorRecord,
} from "../channel/error_record.ts";
import { Memory } from "../channel/memory.ts";
import type { CloseInfo } from "../core/close_info.ts";
import type { WebSocketError } from "../core/errors.ts";
import type { DiagnosticsMessage, DiagnosticsName } from "../driver/diagnostics.ts";
import type { ConnectTimings } from "../driver/stats.ts";

/** What the thread that hosts a connection tells the thread that owns it, beside the events. */
export type Report =
  | { readonly type: "opened"; readonly opened: OpenedReport }
  | { readonly type: "failed"; readonly error: WebSocketError }
  | { readonly type: "log"; readonly level: LogLevel; readonly message: string }
  | {
    readonly type: "diagnostics";
    readonly name: DiagnosticsName;
    readonly message: DiagnosticsMessage<never>;
  }
  /** The owner is to look a name up. */
  | { readonly type: "lookup"; readonly host: string }
  | { readonly type: "ended"; readonly close: CloseInfo };

/** A logger's methods. */
export type LogLevel = "debug" | "info" | "warn" | "error";

/** What the opening handshake came to. */
export interface OpenedReport {
  readonly url: string;
  readonly protocol: string;
  readonly extensions: string;
  readonly connect: ConnectTimings;
}

type ReportRecord =
  | Exclude<Report, { type: "failed" | "ended" }>
  | { readonly type: "failed"; readonly error: ErrorRecord }
  | { readonly type: "ended"; readonly close: CloseRecord };

/** Reports are rare: JSON does. */
export const reportCodec: Codec<Report> = {
  name: "report",
  kind: () => 0,
  byteLength: (report) => Memory.textLength(toJson(report)),
  encode: (report, memory, start, end) => memory.writeText(toJson(report), start, end),
  decode: (_kind, memory, start, end) => fromJson(memory.readText(start, end)),
};

function toJson(report: Report): string {
  if (report.type === "failed") return JSON.stringify({ ...report, error: toErrorRecord(report.error) });
  if (report.type === "ended") return JSON.stringify({ ...report, close: toCloseRecord(report.close) });
  return JSON.stringify(report);
}

function fromJson(text: string): Report {
  const record = JSON.parse(text) as ReportRecord;
  if (record.type === "failed") return { ...record, error: fromErrorRecord(record.error) };
  if (record.type === "ended") return { ...record, close: fromCloseRecord(record.close) };
  return record;
}
