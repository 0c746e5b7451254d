import { Reconnecting } from "../client/reconnecting.ts";
import { splitPolicy } from "../client/reconnect_options.ts";
import { ReconnectPlan, systemSurroundings } from "../client/reconnect_plan.ts";
import type { NonBlockingOptions } from "../client/options.ts";
import { eventLoopClock } from "../driver/clock.ts";
import { Link } from "./link.ts";

/** Milliseconds: a person is waiting. */
const INITIAL_DELAY = 1_000;

/** One link, or with `reconnect` one after the other. */
export function linksTo(url: string, options: NonBlockingOptions, reconnect: boolean): Reconnecting<Link> {
  const { policy } = splitPolicy({
    initialDelay: INITIAL_DELAY,
    shouldReconnect: () => reconnect ? undefined : false,
  });
  return new Reconnecting<Link>({
    plan: new ReconnectPlan({ urls: url, policy, logger: options.logger, surroundings: systemSurroundings }),
    clock: eventLoopClock,
    signal: undefined,
    connect: (url, signal) => Link.open(url, { ...options, signal }),
  });
}
