import type { Receiver } from "../channel/receiver.ts";
import type { CloseInfo } from "../core/close_info.ts";
import { WebSocketError } from "../core/errors.ts";
import { eventCodecWithReason } from "../thread/abort_reason.ts";
import { RemoteConnection } from "../thread/remote_connection.ts";
import { Signal } from "../thread/shared_state.ts";
import { THREAD_RULES } from "./check_options.ts";
import { checkRuntime } from "./check_runtime.ts";
import { ControlSender } from "./control_sender.ts";
import type { WebSocketEvent } from "./events.ts";
import type { AsyncOptions } from "./options.ts";
import { ConnectedClient } from "./connected_client.ts";
import type { Supervision } from "./reconnect_supervision.ts";

/** The thread of a running {@linkcode AsyncClient}. */
export interface ThreadHandle {
  /** Resolves when the connection has ended. Events may still be there to be received. */
  join(): Promise<CloseInfo>;
  /**
   * Blocks this thread until the connection has ended; `undefined` when `timeout` milliseconds (default: no limit)
   * have passed first.
   */
  joinSync(timeout?: number): CloseInfo | undefined;
}

/**
 * A WebSocket on a thread of its own: events and commands travel by channels, whose ends any thread can hold. It
 * keeps the work of the socket off a busy thread.
 *
 * @example
 * ```ts
 * import { AsyncClient } from "@silver9/websocket";
 *
 * const client = await AsyncClient.connect("wss://example.com/feed");
 * const thread = client.run();
 * client.control.sendText("hello");
 * for await (const event of client.events) {
 *   if (event.type === "text") client.control.close();
 * }
 * await thread.join();
 * ```
 */
export class AsyncClient extends ConnectedClient implements AsyncDisposable {
  /** What happens to the connection. `receive` answers `null` behind the last event. */
  readonly events: Receiver<WebSocketEvent>;
  /** What the connection shall do. */
  readonly control: ControlSender;
  /** Always `undefined`: the socket lives on the other thread. */
  readonly socket: undefined = undefined;

  readonly #remote: RemoteConnection<WebSocketEvent>;
  #running = false;

  private constructor(remote: RemoteConnection<WebSocketEvent>) {
    super(remote);
    this.#remote = remote;
    this.events = remote.events;
    this.control = ControlSender.from({ ...remote.control.handle(), state: remote.shared.memory });
    remote.control.release();
  }

  /**
   * Connects, on the other thread. Nothing is read before {@linkcode AsyncClient.run}.
   *
   * @throws {WebSocketError} as `NonBlockingClient.connect`; and `Timeout` with phase `thread`, or `Io`, when the
   * thread cannot start.
   */
  static async connect(url: string | URL, options: AsyncOptions = {}): Promise<AsyncClient> {
    // Before anything that an old one does not have is made.
    checkRuntime();
    const eventCodec = eventCodecWithReason(options.signal);
    const remote = new RemoteConnection(url, { options, rules: THREAD_RULES, eventCodec });
    await remote.open();
    return new AsyncClient(remote);
  }

  /**
   * Begins delivery, and returns at once.
   *
   * @throws {WebSocketError} `SocketUnavailable` when called twice.
   */
  run(): ThreadHandle {
    if (this.#running) {
      throw new WebSocketError("SocketUnavailable", "run: the client is running already, or has run");
    }
    this.#running = true;
    this.#remote.run();
    return {
      join: () => this.#remote.ended,
      joinSync: (timeout = Infinity) => this.#remote.waitEnded(timeout),
    };
  }

  /**
   * Sends Close, unless that was done, and waits for the end, at most `closeTimeout`. Events that nobody received
   * are dropped.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#close();
    if (!this.#running) this.#remote.run();
    this.events.release();
    await this.#remote.ended;
  }

  /** @internal For `reconnect`, which hands it out. */
  supervise(): Supervision {
    const remote = this.#remote;
    return {
      endedByUser: () => remote.endedByUser,
      close: () => this.#close(),
      closeInfo: () => remote.waitEnded(Infinity)!,
    };
  }

  #close(): void {
    if (!this.control.isClosed) this.control.close().catch(() => {});
    // All senders may have been let go of, without a Close.
    else if (this.state === "open") this.#remote.shared.signal(Signal.Close);
  }
}
