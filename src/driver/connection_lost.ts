import { WebSocketError } from "../core/errors.ts";

/**
 * What the runtimes call an error that says: the connection is gone. Node and Bun have system codes, Deno has
 * classes. Everything else is a failure of this side's I/O.
 */
const LOST = new Set([
  "ECONNRESET",
  "ECONNABORTED",
  "EPIPE",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENETDOWN",
  "ConnectionReset",
  "ConnectionAborted",
  "BrokenPipe",
  "UnexpectedEof",
  "TimedOut",
  "NetworkUnreachable",
]);

/** A short name for a runtime's error: its system code, else its class. */
function nameOf(error: unknown): string {
  if (typeof error !== "object" || error === null) return String(error);
  const { code, name } = error as { code?: unknown; name?: unknown };
  if (typeof code === "string") return code;
  return typeof name === "string" ? name : "unknown";
}

/** Whether the error tells of a connection that was lost, rather than of a failed operation. */
export function isConnectionLost(error: unknown): boolean {
  return LOST.has(nameOf(error));
}

/** Wraps what a transport said about the end of a stream. */
export function ioError(error: unknown): WebSocketError {
  const what = isConnectionLost(error) ? "the connection was lost" : "the socket failed";
  return new WebSocketError("Io", `${what}: ${nameOf(error)}`, { cause: error });
}
