import type { CloseInfo } from "../core/close_info.ts";
import type { WebSocketError } from "../core/errors.ts";
import {
  type DiagnosticsMessage,
  type DiagnosticsName,
  hasSubscribers,
  threadDiagnostics,
} from "../driver/diagnostics.ts";
import type { Logger } from "../driver/logger.ts";
import { ConnectionObserver, nextConnectionId } from "../driver/observer.ts";
import type { OpenRequest } from "./open_request.ts";
import type { LogLevel } from "./reports.ts";

/** Tells on the owner's thread what happens to a connection that another thread hosts. */
export class OwnerObserver {
  /** The connection's number. */
  readonly id: number = nextConnectionId();
  /** What the host is to report. */
  readonly wanted: Pick<OpenRequest, "id" | "logs" | "diagnostics">;

  readonly #logger: Logger | undefined;

  constructor(logger: Logger | undefined) {
    this.#logger = logger;
    this.wanted = { id: this.id, logs: logger !== undefined, diagnostics: hasSubscribers() };
  }

  /** A line that the host has made. A logger that throws is its owner's trouble, not the connection's. */
  log(level: LogLevel, message: string): void {
    try {
      this.#logger?.[level](message);
    } catch {
      // There is nowhere left to say so.
    }
  }

  /** A message that the host has made. */
  publish<Name extends DiagnosticsName>(name: Name, message: DiagnosticsMessage<Name>): void {
    threadDiagnostics.publish(name, message);
  }

  /** The host is dead, and will not tell any more; `close` is how a connection ended that was open. */
  threadLost(error: WebSocketError, close: CloseInfo | undefined): void {
    const observer = new ConnectionObserver({ logger: this.#logger, id: this.id });
    if (close === undefined) observer.failedToOpen(error, { where: "the server", phase: "thread" });
    else observer.ended({ close, error });
  }
}
