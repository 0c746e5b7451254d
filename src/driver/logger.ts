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

/** How many there have been of each kind. */
const counts = new Map<string, number>();

/** Writes the lines of one connection, each with its number; without a logger it does nothing. */
export class ConnectionLog {
  readonly #logger: Logger | undefined;
  readonly #name: string = "";

  /** `kind` is what a connection, or what else has a life to be told, is called. */
  constructor(logger: Logger | undefined, kind = "websocket") {
    this.#logger = logger;
    if (logger === undefined) return;
    const number = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, number);
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
