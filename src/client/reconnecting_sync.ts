import type { CloseInfo } from "../core/close_info.ts";
import { WebSocketError } from "../core/errors.ts";
import type { BlockingClient } from "./blocking.ts";
import type { ReconnectPlan } from "./reconnect_plan.ts";
import { closeInfoOf } from "./reconnect_supervision.ts";
import { ReconnectView } from "./reconnect_view.ts";

/** What a {@linkcode ReconnectingSync} is made of. */
export interface ReconnectingSyncParts {
  readonly plan: ReconnectPlan;
  /** The program's own. */
  readonly signal: AbortSignal | undefined;
  /** Makes one attempt. */
  connect(url: string): BlockingClient;
  /** Blocks this thread for so many milliseconds. */
  sleep(delay: number): void;
}

/**
 * A loop that always has a {@linkcode BlockingClient}, one after the other: see `reconnectSync`. For one `for`.
 *
 * @example
 * ```ts
 * import { reconnectSync } from "@silver9/websocket";
 *
 * const clients = reconnectSync("wss://example.com/feed");
 * for (const client of clients) {
 *   client.sendText("hello");
 *   for (const event of client) {
 *     if (event.type === "text") clients.close(); // the last client
 *   }
 * }
 * console.log(clients.state); // prints: ended
 * ```
 */
export class ReconnectingSync extends ReconnectView implements Iterable<BlockingClient>, Disposable {
  readonly #parts: ReconnectingSyncParts;
  #current: BlockingClient | undefined;
  #begun = false;

  /** @internal Use `reconnectSync`. */
  constructor(parts: ReconnectingSyncParts) {
    super(parts.plan);
    this.#parts = parts;
  }

  /** The client that the loop's body has now, if any. */
  get current(): BlockingClient | undefined {
    return this.#current;
  }

  /** The clients: once. */
  [Symbol.iterator](): Generator<BlockingClient, void, undefined> {
    if (this.#begun) {
      throw new WebSocketError("SocketUnavailable", "reconnectSync: the loop is running already, or has run");
    }
    this.#begun = true;
    return this.#clients();
  }

  /** Ends the loop, in its body or in a callback: closes the client, and there is no further one. */
  close(): void {
    this.#parts.plan.end("closed by this program");
    this.#current?.close();
  }

  /** {@linkcode ReconnectingSync.close}. */
  [Symbol.dispose](): void {
    this.close();
  }

  *#clients(): Generator<BlockingClient, void, undefined> {
    try {
      while (this.#isDue()) {
        const client = this.#connect();
        if (client !== undefined && !(yield* this.#handOut(client))) return;
      }
    } finally {
      this.#parts.plan.end("the loop was left");
    }
  }

  /** Waits for the next attempt. Answers `false` when there will be none. */
  #isDue(): boolean {
    const { plan, sleep } = this.#parts;
    if (plan.delay > 0 && !this.#isOver) sleep(plan.delay);
    return !this.#isOver;
  }

  #connect(): BlockingClient | undefined {
    const { plan } = this.#parts;
    plan.connecting();
    try {
      return this.#parts.connect(plan.target.url);
    } catch (error) {
      if (!this.#isOver) plan.failed(error);
      return undefined;
    }
  }

  /** Lets the body have a client, and takes care that nothing is left of it. Answers whether to go on. */
  *#handOut(client: BlockingClient): Generator<BlockingClient, boolean, undefined> {
    const { plan } = this.#parts;
    const supervision = client.supervise();
    plan.opened();
    this.#current = client;
    let close: CloseInfo;
    // A loop that is left does not come back behind the `yield`.
    let byUser = true;
    try {
      yield client;
      byUser = this.#isOver || supervision.endedByUser();
    } finally {
      client[Symbol.dispose]();
      close = closeInfoOf(supervision);
      this.#current = undefined;
      if (byUser) plan.closed(close, true);
    }
    return !byUser && plan.closed(close, false);
  }

  /** No event tells of a signal while this thread is blocked: it is looked at. */
  get #isOver(): boolean {
    const { plan, signal } = this.#parts;
    if (signal?.aborted) plan.end("aborted by its signal");
    return plan.state === "ended";
  }
}
