import { CloseCode } from "../core/close_code.ts";
import type { CloseInfo } from "../core/close_info.ts";

/** What reconnecting has to know, and do, of a client that it has handed out. */
export interface Supervision {
  /** Whether the client's user ended it, by Close or `forceQuit`, before it ended by itself. */
  endedByUser(): boolean;
  /** Begins the closing handshake, unless it has begun. Does not throw. */
  close(): void;
  /** How it ended, once it has; throws what a callback threw. */
  closeInfo(): CloseInfo;
}

/** How a client ended, also where its callback threw, which is told to whoever ran it. */
export function closeInfoOf(supervision: Supervision): CloseInfo {
  try {
    return supervision.closeInfo();
  } catch {
    return { code: CloseCode.Abnormal, reason: "", wasClean: false, initiator: "none" };
  }
}

/** A client that can be handed out. */
export interface Supervised {
  /** From now on `run` fails only with what a callback threw. */
  supervise(): Supervision;
}
