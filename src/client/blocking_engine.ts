import type { CloseInfo } from "../core/close_info.ts";
import type { Handler } from "../driver/handler.ts";
import type { BlockingClient } from "./blocking.ts";
import type { SendOptions } from "../driver/send_options.ts";
import type { PartSink } from "./message_writer.ts";
import type { ConnectionView } from "./connected_client.ts";
import type { ControlMessage } from "./events.ts";
import type { Received } from "./received.ts";

/** What does a blocking client's work: another thread, or the caller's own by system calls. */
export interface BlockingEngine extends ConnectionView {
  /** The socket, where it is on this thread. */
  readonly socket: unknown;
  /** When the current message was received, where known. */
  readonly receivedAt: number | undefined;
  /** Whether `forceQuit` has been called: no event but the last is of interest. */
  readonly forced: boolean;
  /** `run` answers how it ended, where it would fail because the handler has no `onError`. */
  forgiving: boolean;
  /** Whether this side's user ended it, before it ended by itself. */
  readonly endedByUser: boolean;
  /** Sends, and answers whether nothing waits to be sent. Throws as the client's methods say. */
  send(message: ControlMessage): boolean;
  /** Begins a message that goes out in parts; what is answered takes them, as `send` does. */
  begin(type: "text" | "binary", options?: SendOptions): PartSink<boolean>;
  /** Everything sent inside `fn` leaves in one write. */
  cork<T>(fn: () => T): T;
  /** Begins the closing handshake, unless it has begun. */
  close(code: number, reason: string): void;
  /** Leaves at once. */
  forceQuit(): void;
  /** The next event; `undefined` when `timeout` milliseconds have passed, `null` when nothing will ever come. */
  receive(timeout: number): Received | undefined | null;
  /** How it ended; after the last event. */
  closeInfo(): CloseInfo;
  /** Delivers everything to a handler until the end; `readTimeout` bounds each turn's wait. */
  run(handler: Handler<BlockingClient>, client: BlockingClient, readTimeout: number): CloseInfo;
}
