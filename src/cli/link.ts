import type { ConnectionView } from "../client/connected_client.ts";
import { openConnection } from "../client/open_connection.ts";
import type { NonBlockingOptions } from "../client/options.ts";
import type { Supervised, Supervision } from "../client/reconnect_supervision.ts";
import type { CloseInfo } from "../core/close_info.ts";
import { CloseCode } from "../core/close_code.ts";
import type { Handler } from "../driver/handler.ts";
import type { Opened } from "../driver/opening.ts";
import type { ConnectionState } from "../core/state.ts";
import type { ConnectionStats } from "../driver/stats.ts";
import type { Outgoing } from "./input_format.ts";

/** What is done with the messages of a {@linkcode Link}. */
export type LinkHandler = Omit<Handler<undefined>, "onError" | "onMessagePart">;

/** A connection whose reading can be paused: a slow output slows the server down. */
export class Link implements ConnectionView, Supervised, AsyncDisposable {
  readonly url: string;
  readonly protocol: string;
  readonly extensions: string;

  readonly #opened: Opened<undefined>;

  private constructor(opened: Opened<undefined>) {
    this.url = opened.url;
    this.protocol = opened.protocol;
    this.extensions = opened.extensions;
    this.#opened = opened;
    // How it ended is told by what `run` answers, errors included.
    opened.connection.forgive();
  }

  /** Connects, as `NonBlockingClient.connect` does. */
  static async open(url: string, options: NonBlockingOptions): Promise<Link> {
    return new Link(await openConnection<undefined>(url, options));
  }

  get state(): ConnectionState {
    return this.#opened.connection.state;
  }

  get bufferedAmount(): number {
    return this.#opened.connection.sending.waiting;
  }

  get stats(): ConnectionStats {
    return this.#opened.connection.stats;
  }

  /** Hands everything over until the end, which it answers; fails with what a callback throws. Once. */
  run(handler: LinkHandler): Promise<CloseInfo> {
    const { connection, turns } = this.#opened;
    const end = connection.run(handler, undefined);
    turns?.start();
    return end;
  }

  /** Sends something, or begins to close. Answers whether more may be sent at once. */
  send(message: Outgoing): boolean {
    const { sending } = this.#opened.connection;
    switch (message.type) {
      case "text":
        return sending.text(message.data);
      case "binary":
        return sending.binary(message.data as Uint8Array);
      case "ping":
        return sending.ping(message.data as Uint8Array);
      case "close":
        this.close(message.code, message.reason);
        return true;
    }
  }

  /** Stops taking messages: the server is slowed down by TCP. */
  pause(): void {
    this.#opened.connection.pause();
  }

  /** Goes on taking them. */
  resume(): void {
    this.#opened.connection.resume();
  }

  /** Begins the closing handshake. */
  close(code: number = CloseCode.Normal, reason = ""): void {
    this.#opened.connection.close(code, reason);
  }

  /** Leaves at once. */
  forceQuit(): void {
    this.#opened.connection.forceQuit();
  }

  supervise(): Supervision {
    const { connection } = this.#opened;
    return {
      endedByUser: () => connection.endedByUser,
      close: () => this.close(),
      closeInfo: () => connection.outcome(),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { connection } = this.#opened;
    this.close();
    if (!connection.running) this.run({}).catch(() => {});
    await connection.whenFinished();
  }
}
