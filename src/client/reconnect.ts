import { type Clock, eventLoopClock } from "../driver/clock.ts";
import { AsyncClient } from "./async.ts";
import { refuseTimestamps, type Rules, THREAD_RULES, TIMESTAMP_RULES } from "./check_options.ts";
import { NonBlockingClient } from "./non_blocking.ts";
import {
  type AsyncReconnectOptions,
  checkReconnectOptions,
  type ReconnectOptions,
  splitPolicy,
} from "./reconnect_options.ts";
import { ReconnectPlan, type Surroundings, systemSurroundings } from "./reconnect_plan.ts";
import { Reconnecting } from "./reconnecting.ts";

const CLIENT: Rules = {
  client: {
    allowed: "NonBlockingClient or AsyncClient",
    test: (value) => value === NonBlockingClient || value === AsyncClient,
  },
};

/**
 * A client, and another one whenever the connection was lost: for as long as the loop runs.
 *
 * The first attempt is made at once, the first retry after a random delay, and further ones after delays that grow
 * (RFC 6455 section 7.2.3), until a connection has lasted for `stableAfter`. Several URLs are tried in turn, the first
 * being the preferred one: within a round without a delay, and the delay is before the next round. A refusal with
 * `Retry-After` is obeyed for the URL that it came from.
 *
 * The client belongs to the loop's body: a body that ends while its client is open lets it be closed, and goes on with
 * the next one. `run` of such a client answers how the connection ended, also where it would fail for want of an
 * `onError`: errors of the connection do not end the loop. What was not sent when a connection ended is not sent again.
 *
 * The loop ends without an error by `break` or `return`, by `close` or `forceQuit` of its client, by `close` of what
 * this function answers, by the `signal`, or when `shouldReconnect` has enough of connections that end. It throws
 *
 * - what the body throws, what a callback throws included;
 * - a failure to connect that is final: `InvalidConfiguration`, a certificate that does not hold, a refusal with status
 *   4xx (but 408, 425 and 429), 301 or 308. With several URLs, when each one's latest failure was final;
 * - the last failure, when `maxAttempts` or `maxElapsed` is over.
 *
 * No close code of a server is final by itself, as servers do not agree on what codes mean: `shouldReconnect` decides.
 *
 * A `headers` object is read for each attempt: it may be changed in between, for a new token. While it waits it keeps
 * the process alive.
 *
 * @param urls one URL, or several in order of preference.
 * @throws {WebSocketError} `InvalidUrl` or `InvalidConfiguration`, at once.
 *
 * @example
 * ```ts
 * import { reconnect } from "@silver9/websocket";
 *
 * for await (const client of reconnect("wss://example.com/feed", { maxDelay: 10_000 })) {
 *   const close = await client.run({
 *     onActivated: (client) => client.sendText("subscribe"),
 *     onTextMessage: (_client, message) => console.log(message.text),
 *   });
 *   console.warn(`lost: ${close.code}`, close.error);
 * }
 * ```
 *
 * @example With the socket on another thread, which is kept
 * ```ts
 * import { AsyncClient, IoThread, reconnect } from "@silver9/websocket";
 *
 * await using thread = new IoThread();
 * const urls = ["wss://example.com/feed", "wss://example.org/feed"];
 * for await (const client of reconnect(urls, { client: AsyncClient, thread })) {
 *   client.run();
 *   for await (const event of client.events) {
 *     if (event.type === "text") console.log(event.data);
 *   }
 * }
 * ```
 */
export function reconnect(
  urls: string | URL | readonly (string | URL)[],
  options: AsyncReconnectOptions,
): Reconnecting<AsyncClient>;
/** As above, with a {@linkcode NonBlockingClient}. */
export function reconnect(
  urls: string | URL | readonly (string | URL)[],
  options?: ReconnectOptions,
): Reconnecting<NonBlockingClient>;
export function reconnect(
  urls: string | URL | readonly (string | URL)[],
  options: ReconnectOptions | AsyncReconnectOptions = {},
): Reconnecting<AsyncClient> | Reconnecting<NonBlockingClient> {
  return isAsync(options)
    ? reconnectAsync(urls, options, SYSTEM)
    : reconnectNonBlocking(urls, options, SYSTEM);
}

/** Where a loop gets time and chance from. */
export interface AsyncSurroundings {
  readonly surroundings: Surroundings;
  readonly clock: Clock;
}

const SYSTEM: AsyncSurroundings = { surroundings: systemSurroundings, clock: eventLoopClock };

/** {@linkcode reconnect} with non-blocking clients. */
export function reconnectNonBlocking(
  urls: string | URL | readonly (string | URL)[],
  options: ReconnectOptions,
  { surroundings, clock }: AsyncSurroundings,
): Reconnecting<NonBlockingClient> {
  checkReconnectOptions(options, { ...TIMESTAMP_RULES, ...CLIENT });
  refuseTimestamps(options);
  const { policy, clientOptions } = splitPolicy(options);
  const { client: _, signal, ...rest } = clientOptions;
  return new Reconnecting<NonBlockingClient>({
    plan: new ReconnectPlan({ urls, policy, logger: options.logger, surroundings }),
    clock,
    signal,
    connect: (url, signal) => NonBlockingClient.connect(url, { ...rest, signal }),
  });
}

/** {@linkcode reconnect} with async clients. */
export function reconnectAsync(
  urls: string | URL | readonly (string | URL)[],
  options: AsyncReconnectOptions,
  { surroundings, clock }: AsyncSurroundings,
): Reconnecting<AsyncClient> {
  checkReconnectOptions(options, { ...THREAD_RULES, ...CLIENT });
  const { policy, clientOptions } = splitPolicy(options);
  const { client: _, signal, ...rest } = clientOptions;
  return new Reconnecting<AsyncClient>({
    plan: new ReconnectPlan({ urls, policy, logger: options.logger, surroundings }),
    clock,
    signal,
    connect: (url, signal) => AsyncClient.connect(url, { ...rest, signal }),
  });
}

function isAsync(options: ReconnectOptions | AsyncReconnectOptions): options is AsyncReconnectOptions {
  return options?.client === AsyncClient;
}
