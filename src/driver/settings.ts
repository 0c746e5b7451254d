import type { DeflateSettings } from "./deflate_options.ts";
import type { Diagnostics } from "./diagnostics.ts";
import type { Logger } from "./logger.ts";

/** Pings sent when nothing comes, and how long to wait for a sign of life after one. */
export interface KeepAliveOptions {
  /** After this long without a byte from the peer a ping is sent, in milliseconds. */
  readonly interval: number;
  /** How long after the ping a byte must have come, in milliseconds. Default: `interval`. */
  readonly timeout?: number;
}

/** What a driver has to know of a client's options: complete, checked, with defaults. */
export interface ConnectionSettings {
  readonly closeTimeout: number;
  readonly maxMessageSize: number;
  readonly maxFrameSize: number;
  readonly maxBufferedAmount: number;
  readonly highWaterMark: number;
  /** `undefined`: woken by readiness; `null`: keep polling; a number: poll at this interval. */
  readonly spinWaitDuration: number | null | undefined;
  readonly keepAlive: Required<KeepAliveOptions> | undefined;
  /** `undefined`: messages are not compressed. */
  readonly perMessageDeflate?: DeflateSettings;
  readonly logger: Logger | undefined;
  /** Where another thread owns the connection: its number there, and who tells its diagnostics channels. */
  readonly owner?: { readonly id: number; readonly diagnostics: Diagnostics };
  readonly signal: AbortSignal | undefined;
  /** Whether messages are handed over in parts. */
  readonly messageParts?: boolean;
  /** Whether the system notes when it receives something: the syscall transport's, on Linux. */
  readonly receiveTimestamps?: boolean;
}

/** Between polls, a sign of life may lie in the socket for so many milliseconds. */
export function timeBetweenPolls({ spinWaitDuration }: ConnectionSettings): number {
  return spinWaitDuration ?? 0;
}
