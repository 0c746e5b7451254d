/**
 * Anything that takes log lines: `console`, a logger of `@std/log`, pino. Lines name the connection and what
 * happened to it; they never hold header values or payloads.
 *
 * @example
 * ```ts ignore
 * const client = await NonBlockingClient.connect("wss://example.com/feed", { logger: console });
 * ```
 */
export interface Logger {
  /** Steps of a connection's life. */
  debug(message: string): unknown;
  /** Connected, closed. */
  info(message: string): unknown;
  /** A connection was lost. */
  warn(message: string): unknown;
  /** A connection failed. */
  error(message: string): unknown;
}

let connections = 0;

/** Writes the lines of one connection, each with its number; without a logger it does nothing. */
export class ConnectionLog {
  readonly #logger: Logger | undefined;
  readonly #name: string;

  constructor(logger: Logger | undefined) {
    this.#logger = logger;
    this.#name = logger === undefined ? "" : `websocket ${++connections}`;
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
