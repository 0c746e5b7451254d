/**
 * Anything that takes log lines: `console`, a logger of `@std/log`, pino. A line is one string, which names the
 * connection by its number (`stats.id`), and says what happened to it. It never holds payloads, reasons of Close frames,
 * credentials, queries, or header values other than those of the WebSocket handshake itself. For programs rather than people, there are {@linkcode DiagnosticsMessages}.
 *
 * A logger is called on the thread that called `connect`. What it throws is ignored.
 *
 * @example The clients' logger, and one of one's own
 * ```ts
 * import { type Logger, NonBlockingClient } from "@silver9/websocket";
 *
 * const logger: Logger = {
 *   debug: () => {},
 *   info: (message) => console.log(`[feed] ${message}`), // [feed] websocket 1: connected to …
 *   warn: (message) => console.error(`[feed] ${message}`),
 *   error: (message) => console.error(`[feed] ${message}`),
 * };
 * const client = await NonBlockingClient.connect("wss://example.com/feed", { logger });
 * ```
 */
export interface Logger {
  /** Steps of a connection's life: phases, pings, pauses. */
  debug(message: string): unknown;
  /** Connected, redirected, closed. */
  info(message: string): unknown;
  /** A connection was lost, or a ping is not answered. */
  warn(message: string): unknown;
  /** A connection failed. */
  error(message: string): unknown;
}

/** How many there have been of each kind. */
const counts = new Map<string, number>();

/** The number of one more of a kind. */
export function nextNumber(kind: string): number {
  const number = (counts.get(kind) ?? 0) + 1;
  counts.set(kind, number);
  return number;
}

/** Writes the lines of one connection, each with its number; without a logger it does nothing. */
export class ConnectionLog {
  readonly #logger: Logger | undefined;
  readonly #name: string;

  /** `kind` is what a connection, or what else has a life to be told, is called. */
  constructor(logger: Logger | undefined, kind: string, number: number = nextNumber(kind)) {
    this.#logger = logger;
    this.#name = `${kind} ${number}`;
  }

  debug(message: string): void {
    this.#log("debug", message);
  }

  info(message: string): void {
    this.#log("info", message);
  }

  warn(message: string): void {
    this.#log("warn", message);
  }

  error(message: string): void {
    this.#log("error", message);
  }

  /** A logger that throws is its owner's trouble, not the connection's. */
  #log(level: keyof Logger, message: string): void {
    if (this.#logger === undefined) return;
    try {
      this.#logger[level](`${this.#name}: ${message}`);
    } catch {
      // There is nowhere left to say so.
    }
  }
}
