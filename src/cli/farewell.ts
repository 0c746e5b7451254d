import type { Payload } from "../core/payload.ts";
import type { Clock, Timer } from "../driver/clock.ts";
import type { Link } from "./link.ts";

/** The payload of the ping. */
const MARK = new TextEncoder().encode("bye");

/** What a {@linkcode Farewell} has to know. */
export interface FarewellParts {
  readonly clock: Clock;
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
  #timer: Timer | undefined;

  constructor(parts: FarewellParts) {
    this.#parts = parts;
  }

  /** Nothing more is to be sent. */
  begin(link: Pick<Link, "send" | "stats">): void {
    link.send({ type: "ping", data: MARK });
    this.#watch(link, -1);
  }

  onPong({ byteLength, bytes }: Payload): void {
    if (this.#timer === undefined || byteLength !== MARK.length) return;
    if (bytes.every((byte, index) => byte === MARK[index])) this.#parts.onDone();
  }

  /** It is over. */
  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #watch(link: Pick<Link, "stats">, before: number): void {
    const { bytesReceived, bytesSent } = link.stats;
    const moved = bytesReceived + bytesSent;
    const { clock, patience } = this.#parts;
    this.#timer = clock.after(patience / 2, () => {
      if (moved === before && !this.#parts.isOutputFull()) return this.#parts.onDone();
      this.#watch(link, moved);
    });
  }
}
