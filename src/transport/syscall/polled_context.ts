import type { ConnectPhase } from "../transport.ts";

/** What bounds and watches the opening of a {@linkcode PolledStream}. */
export interface PolledContext {
  /** When to give up, by `performance.now()`; `Infinity` for never. */
  readonly deadline: number;
  /** Ends the attempt; given where it is made beside the event loop. */
  readonly signal?: AbortSignal;
  /** Whether the socket is to tell when the system received something. */
  readonly receiveTimestamps?: boolean;
  /** The error of a deadline that passed in a phase. */
  expired(phase: ConnectPhase): Error;
  /** Called at the beginning of each phase; `lookup` only for names, `tls` only where there is TLS. */
  enterPhase(phase: ConnectPhase): void;
}
