import type { ReceiverHandle, SenderHandle } from "../channel/handle.ts";
import type { ControlMessage, WebSocketEvent } from "../client/events.ts";
import type { ClientOptions } from "../client/options.ts";
import { plainProxy } from "../proxy/choose_tunnel.ts";
import { requestFields } from "../core/request_fields.ts";
import type { WebSocketUrl } from "../core/url.ts";
import type { LookupRecord } from "./lookup_record.ts";
import type { Report } from "./reports.ts";

/** What a thread is asked to host: plain data that `postMessage` can clone. */
export interface OpenRequest {
  readonly url: string;
  /** The options that are data; logger and signal stay with the owner. */
  readonly options: Omit<ClientOptions, "logger" | "signal">;
  /** The connection's number, on the owner's thread. */
  readonly id: number;
  /** Whether log lines are wanted. */
  readonly logs: boolean;
  /** Whether messages for diagnostics channels are wanted. */
  readonly diagnostics: boolean;
  /** Whether the thread hosts nothing else, so that it may sleep for this connection alone. */
  readonly alone: boolean;
  readonly events: SenderHandle<WebSocketEvent>;
  readonly control: ReceiverHandle<ControlMessage>;
  readonly reports: SenderHandle<Report>;
  /** The answers to names that were asked for by a report, where a function looks them up. */
  readonly lookups?: ReceiverHandle<LookupRecord>;
  /** A `SharedState`'s memory. */
  readonly state: SharedArrayBuffer;
}

/** The options as data. Throws `InvalidConfiguration` for headers that cannot be sent. */
export function plainOptions(
  url: WebSocketUrl,
  { logger: _logger, signal: _signal, perMessageDeflate, lookup, ...options }: ClientOptions,
): OpenRequest["options"] {
  // A `Headers` object cannot be cloned, nor can all that might be given in place of a string.
  const headers = requestFields(url, options.headers).map(([name, value]): [string, string] => [name, value]);
  // A function stays here, and is asked from there.
  const table = typeof lookup === "function" ? undefined : lookup;
  const proxy = plainProxy(options.proxy);
  return { ...options, headers, lookup: table, proxy, perMessageDeflate: plainDeflate(perMessageDeflate) };
}

/** A `URL` cannot be cloned either. */
function plainDeflate(options: ClientOptions["perMessageDeflate"]): ClientOptions["perMessageDeflate"] {
  if (typeof options !== "object" || !(options.codec instanceof URL)) return options;
  return { ...options, codec: options.codec.href };
}
