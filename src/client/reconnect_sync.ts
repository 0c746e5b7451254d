import { BlockingClient } from "./blocking.ts";
import { BLOCKING_RULES, refuseTimestamps } from "./check_options.ts";
import { type BlockingReconnectOptions, checkReconnectOptions, splitPolicy } from "./reconnect_options.ts";
import { ReconnectPlan, type Surroundings, systemSurroundings } from "./reconnect_plan.ts";
import { ReconnectingSync } from "./reconnecting_sync.ts";

/**
 * As `reconnect`, with {@linkcode BlockingClient}, for a plain `for` loop: this thread waits, between the attempts too.
 *
 * A thread that waits is told nothing: `signal` is looked at before and behind a wait and ends none; aborted in a
 * callback, it ends the connection and the loop.
 *
 * @param urls one URL, or several in order of preference.
 * @throws {WebSocketError} `InvalidUrl` or `InvalidConfiguration`, at once.
 *
 * @example
 * ```ts
 * import { reconnectSync } from "@silver9/websocket";
 *
 * for (const client of reconnectSync("wss://example.com/feed", { maxAttempts: 5 })) {
 *   client.sendText("subscribe");
 *   for (const event of client) {
 *     if (event.type === "text") console.log(event.data);
 *   }
 * }
 * ```
 */
export function reconnectSync(
  urls: string | URL | readonly (string | URL)[],
  options: BlockingReconnectOptions = {},
): ReconnectingSync {
  return reconnectBlocking(urls, options, { surroundings: systemSurroundings, sleep });
}

/** Where a loop that blocks gets time and chance from. */
export interface SyncSurroundings {
  readonly surroundings: Surroundings;
  /** Blocks this thread for so many milliseconds. */
  sleep(delay: number): void;
}

/** {@linkcode reconnectSync} with a time of one's own. */
export function reconnectBlocking(
  urls: string | URL | readonly (string | URL)[],
  options: BlockingReconnectOptions,
  { surroundings, sleep }: SyncSurroundings,
): ReconnectingSync {
  checkReconnectOptions(options, BLOCKING_RULES);
  refuseTimestamps(options);
  const { policy, clientOptions } = splitPolicy(options);
  return new ReconnectingSync({
    plan: new ReconnectPlan({ urls, policy, logger: options.logger, surroundings }),
    signal: options.signal,
    connect: (url) => BlockingClient.connect(url, clientOptions),
    sleep,
  });
}

function sleep(delay: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, delay);
}
