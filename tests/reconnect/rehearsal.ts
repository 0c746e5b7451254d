import type {
  CloseInfo,
  Logger,
  ReconnectPolicy,
  WebSocketErrorCode,
  WebSocketErrorOptions,
} from "../../mod.ts";
import { WebSocketError } from "../../mod.ts";
import { splitPolicy } from "../../src/client/reconnect_options.ts";
import { ReconnectPlan } from "../../src/client/reconnect_plan.ts";
import { FastTime } from "./fast_time.ts";

/** A plan whose owner does nothing but what a test says. */
export class Rehearsal {
  readonly time = new FastTime();
  readonly plan: ReconnectPlan;

  constructor(urls: string | readonly string[], policy: ReconnectPolicy = {}, logger?: Logger) {
    const { surroundings } = this.time;
    this.plan = new ReconnectPlan({ urls, policy: splitPolicy(policy).policy, logger, surroundings });
  }

  /** Waits as the plan wants, and begins an attempt; answers how long it waited for which URL. */
  attempt(): string {
    const { plan, time } = this;
    const delay = plan.state === "waiting" ? plan.delay : 0;
    time.advance(delay);
    plan.connecting();
    return `${delay} ${plan.target.href}`;
  }

  /** Attempts, all of which fail. */
  attempts(count: number, error: WebSocketError = refused()): string[] {
    return Array.from({ length: count }, () => {
      const line = this.attempt();
      this.plan.failed(error);
      return line;
    });
  }

  /** A connection that lasts so long. */
  connection(duration: number, close: CloseInfo = lost()): boolean {
    this.plan.opened();
    this.time.advance(duration);
    return this.plan.closed(close, false);
  }
}

/** Nobody listens there. */
export const refused = (): WebSocketError =>
  new WebSocketError("ConnectionFailed", "Cannot connect: connection refused");
/** The end of a connection without a word. */
export const lost = (): CloseInfo => ({ code: 1006, reason: "", wasClean: false, initiator: "none" });

/** A server that does not open the WebSocket. */
export function answered(status: number, ...headers: (readonly [string, string])[]): WebSocketError {
  const response = { status, headers, body: new Uint8Array() };
  return new WebSocketError("HandshakeFailed", `Cannot open the WebSocket: ${status}`, { response });
}

/** Another failure. */
export const failure = (code: WebSocketErrorCode, options?: WebSocketErrorOptions): WebSocketError =>
  new WebSocketError(code, "mine", options);
