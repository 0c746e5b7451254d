import { WebSocketError } from "../core/errors.ts";
import type { ByteStream } from "../transport/transport.ts";
import type { Clock, Timer } from "./clock.ts";
import { ioError } from "./connection_lost.ts";
import type { SendSide } from "./send_side.ts";
import { type ConnectionSettings, timeBetweenPolls } from "./settings.ts";

/**
 * After a failure the peer gets this long to read our Close and to end the stream; dropping it at once would make
 * the kernel send a reset that can overtake the Close frame.
 */
const LINGER_MS = 1000;

/**
 * What is waited for: `closing`, the peer's answer to Close and the end of the stream; `lingering`, that it takes our
 * last words, when it has ended its side; `failing`, that it reads our Close.
 */
export type AwaitedEnd = "closing" | "lingering" | "failing";

/** What a {@linkcode StreamEnd} works on. */
export interface StreamEndParts {
  readonly stream: ByteStream;
  readonly sending: SendSide;
  readonly settings: ConnectionSettings;
  readonly clock: Clock;
  readonly owner: StreamEndOwner;
}

/** Who is told by a {@linkcode StreamEnd}. */
export interface StreamEndOwner {
  /** The wait for the end was too long. */
  giveUp(error: WebSocketError): void;
}

/** How a connection lets go of its stream. */
export class StreamEnd {
  /** The stream is gone. */
  gone = false;
  /** The stream is given up, and may not have told its end yet. */
  dropped = false;
  /** The peer has ended its side. */
  peerEnded = false;
  /** Whether the stream ended before everything was written, our Close for one. */
  cutOff = false;
  /** When it was gone, by the clock. */
  at = NaN;
  /** Why it ended, where it said so. */
  error: WebSocketError | undefined;

  readonly #stream: ByteStream;
  readonly #sending: SendSide;
  readonly #settings: ConnectionSettings;
  readonly #clock: Clock;
  readonly #owner: StreamEndOwner;
  #deadline: Timer | undefined;
  /** End the sending side when everything is written. */
  #shutdownWanted = false;

  constructor({ stream, sending, settings, clock, owner }: StreamEndParts) {
    this.#stream = stream;
    this.#sending = sending;
    this.#settings = settings;
    this.#clock = clock;
    this.#owner = owner;
  }

  /** Limits the wait for the end; a wait that has begun goes on. */
  limit(awaited: AwaitedEnd): void {
    const { closeTimeout } = this.#settings;
    const limits = {
      closing: closeTimeout + timeBetweenPolls(this.#settings),
      lingering: LINGER_MS,
      failing: Math.min(LINGER_MS, closeTimeout),
    };
    this.#deadline ??= this.#clock.after(limits[awaited], () => {
      const message = `the peer did not answer Close within closeTimeout, ${closeTimeout} ms`;
      this.#owner.giveUp(new WebSocketError("Timeout", message, { phase: "close" }));
    });
  }

  /** Ends the sending side once everything is written. */
  shutdown(): void {
    this.#shutdownWanted = this.#sending.waiting > 0;
    if (!this.#shutdownWanted) this.#stream.shutdown();
  }

  /** Something was written. */
  onWritable(): void {
    if (this.#shutdownWanted) this.shutdown();
  }

  /** Gives the stream up. */
  drop(): void {
    this.dropped = true;
    this.#sending.end();
    if (!this.gone) this.#stream.destroy();
  }

  /** The stream is gone. */
  onClose(error: unknown): void {
    this.gone = true;
    this.at = this.#clock.now();
    if (error !== undefined) this.error = ioError(error);
    this.#deadline?.cancel();
    this.cutOff = this.#sending.cutOff;
    this.#sending.discard();
  }
}
