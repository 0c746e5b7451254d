import type { Payload } from "../core/payload.ts";
import type { Link } from "./link.ts";

/** The payload of the ping. */
const MARK = new TextEncoder().encode("bye");

/** What a {@linkcode Farewell} has to know. */
export interface FarewellParts {
  /** Milliseconds to wait for a server from which nothing comes and that takes nothing. */
  readonly patience: number;
  /** Whether the output holds messages up. */
  isOutputFull(): boolean;
  /** Everything that had been under way is here. */
  onDone(): void;
}

/**
 * Waits for what is under way before a connection is closed. The wait for the server's Close is short, and Close comes
 * behind all messages: a slow output could not take them in time. So a ping goes ahead, whose pong comes behind them.
 */
export class Farewell {
  readonly #parts: FarewellParts;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(parts: FarewellParts) {
    this.#parts = parts;
  }

  /** Nothing more is to be sent. */
  begin(link: Link): void {
    link.send({ type: "ping", data: MARK });
    this.#watch(link, -1);
  }

  onPong({ byteLength, bytes }: Payload): void {
    if (this.#timer === undefined || byteLength !== MARK.length) return;
    if (bytes.every((byte, index) => byte === MARK[index])) this.#parts.onDone();
  }

  /** It is over. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #watch(link: Link, before: number): void {
    const { bytesReceived, bytesSent } = link.stats;
    const moved = bytesReceived + bytesSent;
    this.#timer = setTimeout(() => {
      if (moved === before && !this.#parts.isOutputFull()) return this.#parts.onDone();
      this.#watch(link, moved);
    }, this.#parts.patience / 2);
  }
}
