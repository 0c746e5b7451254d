import type { CloseInfo } from "../core/close_info.ts";
import { WebSocketError } from "../core/errors.ts";
import type { Clock } from "../driver/clock.ts";
import type { ConnectionView } from "./connected_client.ts";
import type { ReconnectPlan } from "./reconnect_plan.ts";
import { closeInfoOf, type Supervised } from "./reconnect_supervision.ts";
import { ReconnectView } from "./reconnect_view.ts";

/** What a {@linkcode Reconnecting} is made of. */
export interface ReconnectingParts<Client extends ConnectionView> {
  readonly plan: ReconnectPlan;
  readonly clock: Clock;
  /** The program's own. */
  readonly signal: AbortSignal | undefined;
  /** Makes one attempt. */
  connect(url: string, signal: AbortSignal): Promise<Client>;
}

/**
 * A loop that always has a client, one after the other: see `reconnect`. For one `for await`; what can be seen of
 * it can be seen at any time.
 *
 * @example
 * ```ts
 * import { reconnect } from "@silver9/websocket";
 *
 * const clients = reconnect("wss://example.com/feed");
 * // From anywhere: what is being sent while there is no connection is this program's decision.
 * const send = (text: string): boolean => clients.current?.sendText(text) ?? false;
 * setTimeout(() => clients.close(), 60_000);
 * for await (const client of clients) {
 *   await client.run({ onActivated: () => send("hello") });
 * }
 * ```
 */
export class Reconnecting<Client extends ConnectionView> extends ReconnectView
  implements AsyncIterable<Client>, AsyncDisposable {
  readonly #parts: ReconnectingParts<Client & Supervised & AsyncDisposable>;
  /** Ends an attempt, a wait, or by the program's signal a connection. */
  readonly #abort = new AbortController();
  readonly #onAbort = (): void => this.#aborted();
  #current: (Client & Supervised) | undefined;
  #close: () => void = () => this.#abort.abort();
  #begun = false;
  #over: PromiseWithResolvers<void> | undefined;

  /** @internal Use `reconnect`. */
  constructor(parts: ReconnectingParts<Client & Supervised & AsyncDisposable>) {
    super(parts.plan);
    this.#parts = parts;
  }

  /** The client that the loop's body has now, if any. */
  get current(): Client | undefined {
    return this.#current;
  }

  /** The clients: once. */
  [Symbol.asyncIterator](): AsyncGenerator<Client, void, undefined> {
    if (this.#begun) {
      throw new WebSocketError("SocketUnavailable", "reconnect: the loop is running already, or has run");
    }
    this.#begun = true;
    return this.#clients();
  }

  /**
   * Ends the loop: an attempt or a wait at once, an open client by `close`. There is no further client. Without effect
   * when it has ended.
   */
  close(): void {
    this.#parts.plan.end("closed by this program");
    this.#close();
  }

  /** As {@linkcode Reconnecting.close}, and waits until the loop has been left. Not inside of the loop's body. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
    await this.#over?.promise;
  }

  async *#clients(): AsyncGenerator<Client, void, undefined> {
    const { plan, signal } = this.#parts;
    this.#over = Promise.withResolvers();
    signal?.addEventListener("abort", this.#onAbort, { once: true });
    if (signal?.aborted) this.#aborted();
    try {
      while (await this.#isDue()) {
        const client = await this.#connect();
        if (client !== undefined && !(yield* this.#handOut(client))) return;
      }
    } finally {
      signal?.removeEventListener("abort", this.#onAbort);
      plan.end("the loop was left");
      this.#over.resolve();
    }
  }

  /** Waits for the next attempt. Answers `false` when there will be none. */
  async #isDue(): Promise<boolean> {
    const { plan, clock } = this.#parts;
    const { signal } = this.#abort;
    if (plan.delay > 0 && !signal.aborted) await sleep(plan.delay, { clock, signal });
    return !this.#isOver;
  }

  async #connect(): Promise<(Client & Supervised & AsyncDisposable) | undefined> {
    const { plan } = this.#parts;
    plan.connecting();
    try {
      const client = await this.#parts.connect(plan.target.url, this.#abort.signal);
      if (!this.#isOver) return client;
      await client[Symbol.asyncDispose]();
    } catch (error) {
      if (!this.#isOver) plan.failed(error);
    }
    return undefined;
  }

  /** Lets the body have a client, and takes care that nothing is left of it. Answers whether to go on. */
  async *#handOut(client: Client & Supervised & AsyncDisposable): AsyncGenerator<Client, boolean, undefined> {
    const { plan } = this.#parts;
    const supervision = client.supervise();
    plan.opened();
    this.#current = client;
    this.#close = () => supervision.close();
    let close: CloseInfo;
    // A loop that is left does not come back behind the `yield`.
    let byUser = true;
    try {
      yield client;
      byUser = supervision.endedByUser();
    } finally {
      await client[Symbol.asyncDispose]();
      close = closeInfoOf(supervision);
      this.#current = undefined;
      this.#close = () => this.#abort.abort();
      if (byUser) plan.closed(close, true);
    }
    return !byUser && plan.closed(close, false);
  }

  #aborted(): void {
    this.#parts.plan.end("aborted by its signal");
    this.#abort.abort(this.#parts.signal!.reason);
  }

  get #isOver(): boolean {
    return this.#parts.plan.state === "ended";
  }
}

/** Waits until `delay` milliseconds have passed, or the signal is aborted. */
function sleep(
  delay: number,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<void> {
  return new Promise((resolve) => {
    const wake = (): void => {
      timer.cancel();
      signal.removeEventListener("abort", wake);
      resolve();
    };
    const timer = clock.after(delay, wake);
    signal.addEventListener("abort", wake);
  });
}
