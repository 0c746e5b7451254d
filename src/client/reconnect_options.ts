import type { CloseInfo } from "../core/close_info.ts";
import { WebSocketError } from "../core/errors.ts";
import type { AsyncClient } from "./async.ts";
import { checkOptions, duration, integer, type Rules } from "./check_options.ts";
import type { NonBlockingClient } from "./non_blocking.ts";
import type { AsyncOptions, BlockingOptions, NonBlockingOptions } from "./options.ts";

/** Why there is no connection: what {@linkcode ReconnectPolicy.shouldReconnect} has to judge. */
export interface ReconnectReason {
  /** Where it was connected to, or could not be. */
  readonly url: string;
  /** Attempts in a row so far; 0 after a connection that lasted for `stableAfter`. */
  readonly attempt: number;
  /** Why it could not be connected, or why this side ended the connection. */
  readonly error?: WebSocketError;
  /** How the connection ended; `undefined` where none was opened. */
  readonly close?: CloseInfo;
  /** Whether the loop ends if nobody decides otherwise. */
  readonly isFinal: boolean;
}

/** When to connect again, and when not. Durations are milliseconds. */
export interface ReconnectPolicy {
  /**
   * The first delay is a random part of this (RFC 6455 section 7.2.3); each further one in a row is up to twice as
   * long as the one before. Default: 5 000, or `maxDelay` where that is less.
   */
  readonly initialDelay?: number;
  /** The longest delay. Default: 60 000, or `initialDelay` where that is more. */
  readonly maxDelay?: number;
  /** A connection that has lasted this long was a success: delays and counts begin anew. Default: 10 000. */
  readonly stableAfter?: number;
  /** Attempts in a row without such a success, all URLs together, before the loop gives up. Default: no limit. */
  readonly maxAttempts?: number;
  /** Time without such a success beyond which no attempt is waited for any more. Default: no limit. */
  readonly maxElapsed?: number;
  /** The longest `Retry-After` to be obeyed; of a longer one, so much. Default: 300 000. */
  readonly maxRetryAfter?: number;
  /**
   * Decides whether to connect again after a failure, or after a connection that this program did not close;
   * `undefined` leaves it at `!reason.isFinal`.
   */
  shouldReconnect?(reason: ReconnectReason): boolean | undefined;
}

/** Options of `reconnect`: those of {@linkcode NonBlockingClient}, and when to connect again. */
export interface ReconnectOptions extends NonBlockingOptions, ReconnectPolicy {
  /** What to connect with. Default: `NonBlockingClient`. */
  readonly client?: typeof NonBlockingClient;
}

/** Options of `reconnect` for the async client: that client's own, and when to connect again. */
export interface AsyncReconnectOptions extends AsyncOptions, ReconnectPolicy {
  /** What to connect with. */
  readonly client: typeof AsyncClient;
}

/** Options of `reconnectSync`: those of the blocking client, and when to connect again. */
export interface BlockingReconnectOptions extends BlockingOptions, ReconnectPolicy {}

/** A policy with nothing left out. */
export type CompletePolicy = Required<Omit<ReconnectPolicy, "shouldReconnect">> & {
  /** Never `undefined`, so that it is called as a method of what it was given with. */
  shouldReconnect(reason: ReconnectReason): boolean | undefined;
};

const POLICY: Record<keyof ReconnectPolicy, Rules[string]> = {
  initialDelay: duration,
  maxDelay: duration,
  stableAfter: duration,
  maxAttempts: integer(1, Number.MAX_SAFE_INTEGER),
  maxElapsed: duration,
  maxRetryAfter: duration,
  shouldReconnect: { allowed: "a function", test: (value) => typeof value === "function" },
};

/**
 * Checks options before anything is opened: the client's own by `rules`, and the policy.
 *
 * @throws {WebSocketError} `InvalidConfiguration`, naming the option, the value and what is allowed.
 */
export function checkReconnectOptions(options: ReconnectPolicy, rules: Rules): void {
  checkOptions(options as NonBlockingOptions, { ...rules, ...POLICY });
  const { initialDelay, maxDelay } = options;
  if (initialDelay === undefined || maxDelay === undefined || initialDelay <= maxDelay) return;
  throw new WebSocketError(
    "InvalidConfiguration",
    `options: maxDelay is ${maxDelay}, allowed: at least initialDelay, ${initialDelay}`,
  );
}

/** Takes checked options apart: when to connect again, and what to connect with. */
export function splitPolicy<Options extends ReconnectPolicy>(
  options: Options,
): { readonly policy: CompletePolicy; readonly clientOptions: Omit<Options, keyof ReconnectPolicy> } {
  const {
    initialDelay,
    maxDelay,
    stableAfter = 10_000,
    maxAttempts = Infinity,
    maxElapsed = Infinity,
    maxRetryAfter = 300_000,
    shouldReconnect: _,
    ...clientOptions
  } = options;
  const policy = {
    initialDelay: initialDelay ?? Math.min(5_000, maxDelay ?? Infinity),
    maxDelay: maxDelay ?? Math.max(60_000, initialDelay ?? 0),
    stableAfter,
    maxAttempts,
    maxElapsed,
    maxRetryAfter,
    shouldReconnect: (reason: ReconnectReason) => options.shouldReconnect?.(reason),
  };
  return { policy, clientOptions };
}
