import type { WebSocketError } from "../core/errors.ts";
import { isTlsInterrupted } from "../transport/connect_error.ts";

/** Refusals that may be other ones later: Request Timeout, Too Early, Too Many Requests. */
const PASSING = new Set([408, 425, 429]);
/** The WebSocket is elsewhere, for good. */
const MOVED = new Set([301, 308]);

/** Whether a failure to connect is the program's own, which no server can do anything about. */
export function isProgramsFault({ code, cause }: WebSocketError): boolean {
  switch (code) {
    case "InvalidUrl":
    case "InvalidConfiguration":
    // Of a thread that does not run, or has been closed.
    case "Io":
    case "Aborted":
      return true;
    case "ConnectionFailed":
      // Deno's permission to connect.
      return cause instanceof Error && cause.name === "NotCapable";
    default:
      return false;
  }
}

/** Whether connecting would fail in the same way again, as far as one can tell. */
export function isFinal(error: WebSocketError): boolean {
  if (isProgramsFault(error)) return true;
  // A certificate that does not hold: neither patience nor another try makes the server trustworthy.
  if (error.code === "TlsFailed") return !isTlsInterrupted(error);
  const status = error.response?.status;
  if (status === undefined) return false;
  return (status >= 400 && status < 500 && !PASSING.has(status)) || MOVED.has(status);
}
