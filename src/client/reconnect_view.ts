import type { CloseInfo } from "../core/close_info.ts";
import type { WebSocketError } from "../core/errors.ts";
import type { ReconnectPlan, ReconnectState } from "./reconnect_plan.ts";

/**
 * What can be seen of a reconnecting loop, at any time.
 *
 * @example
 * ```ts
 * import { reconnect, type ReconnectView } from "@silver9/websocket";
 *
 * const describe = ({ state, attempt, nextDelay }: ReconnectView) => `${state}, attempt ${attempt}, ${nextDelay} ms`;
 * const clients = reconnect("wss://example.com/feed");
 * const timer = setInterval(() => console.log(describe(clients)), 10_000);
 * for await (const client of clients) await client.run({});
 * clearInterval(timer);
 * ```
 */
export abstract class ReconnectView {
  readonly #plan: ReconnectPlan;

  /** @internal Shows a plan. */
  constructor(plan: ReconnectPlan) {
    this.#plan = plan;
  }

  /** Where the loop stands. */
  get state(): ReconnectState {
    return this.#plan.state;
  }

  /** Attempts in a row, the present one included; 0 before the first and after a connection that was stable. */
  get attempt(): number {
    return this.#plan.attempt;
  }

  /** The URL connected to, or to be tried next; normalised. */
  get url(): string {
    return this.#plan.target.href;
  }

  /** While waiting, how long the whole wait is, in milliseconds; else `undefined`. */
  get nextDelay(): number | undefined {
    return this.#plan.state === "waiting" ? this.#plan.delay : undefined;
  }

  /** The latest failure to connect, or the latest error that a connection ended with. */
  get lastError(): WebSocketError | undefined {
    return this.#plan.lastError;
  }

  /** How the latest connection ended. */
  get lastClose(): CloseInfo | undefined {
    return this.#plan.lastClose;
  }
}
