import type { CloseInfo } from "../core/close_info.ts";
import { WebSocketError } from "../core/errors.ts";
import { ConnectionLog, type Logger } from "../driver/logger.ts";
import { MAX_DELAY } from "./check_options.ts";
import { BackOff } from "./reconnect_back_off.ts";
import { isFinal, isProgramsFault } from "./reconnect_final.ts";
import type { CompletePolicy, ReconnectReason } from "./reconnect_options.ts";
import { retryAfter } from "./reconnect_retry_after.ts";
import { type Target, Targets } from "./reconnect_targets.ts";

/**
 * Where a reconnecting loop stands: `idle` before it begins; `connecting`; `open` while its body has a client;
 * `waiting` for the next attempt; `ended`.
 */
export type ReconnectState = "idle" | "connecting" | "open" | "waiting" | "ended";

/** Where a plan gets time and chance from. */
export interface Surroundings {
  /** Milliseconds since some moment, never going back. */
  now(): number;
  /** Milliseconds since the epoch, by the calendar. */
  date(): number;
  /** From 0 up to, and without, 1. */
  random(): number;
}

/** Of the runtime. What is random here only spreads clients in time. */
export const systemSurroundings: Surroundings = {
  now: () => performance.now(),
  date: () => Date.now(),
  random: () => Math.random(),
};

/** What a plan is made of. */
export interface PlanParts {
  readonly urls: string | URL | readonly (string | URL)[];
  readonly policy: CompletePolicy;
  readonly logger: Logger | undefined;
  readonly surroundings: Surroundings;
}

/**
 * Decides when and where to connect, without doing it. Its owner waits for `delay` milliseconds, calls `connecting`,
 * connects to `target`, and calls `opened` and later `closed`, or `failed`; and again, until one of them says that it
 * is over.
 */
export class ReconnectPlan {
  /** Where the loop stands. */
  state: ReconnectState = "idle";
  /** Milliseconds to wait before the next attempt. */
  delay = 0;
  /** Attempts in a row, the present one included. */
  attempt = 0;
  /** The latest failure to connect, or error that a connection ended with. */
  lastError: WebSocketError | undefined;
  /** How the latest connection ended. */
  lastClose: CloseInfo | undefined;

  readonly #targets: Targets;
  readonly #policy: CompletePolicy;
  readonly #surroundings: Surroundings;
  readonly #log: ConnectionLog;
  readonly #backOff: BackOff;
  /** When the first attempt in a row began. */
  #downSince = 0;
  #openedAt = 0;

  /** Throws `InvalidUrl`; `InvalidConfiguration` without any URL. */
  constructor({ urls, policy, logger, surroundings }: PlanParts) {
    this.#targets = new Targets(urls);
    this.#policy = policy;
    this.#surroundings = surroundings;
    this.#backOff = new BackOff(policy, surroundings.random);
    this.#log = new ConnectionLog(logger, "reconnect");
  }

  /** Where to connect to next, or where the connection is. */
  get target(): Target {
    return this.#targets.current;
  }

  /** An attempt begins. */
  connecting(): void {
    if (this.state === "idle") this.#downSince = this.#surroundings.now();
    this.state = "connecting";
    this.attempt++;
    this.#log.info(`attempt ${this.attempt}: ${this.target.authority}`);
  }

  /** There is a connection. */
  opened(): void {
    this.state = "open";
    this.#openedAt = this.#surroundings.now();
    this.target.isFinal = false;
  }

  /** There is none. Throws `error` when the loop is to end with it. */
  failed(error: unknown): void {
    if (!(error instanceof WebSocketError)) throw this.#fail(error);
    const { target } = this;
    this.lastError = error;
    target.isFinal = isFinal(error);
    if (!this.#judge({ error, isFinal: isProgramsFault(error) || this.#targets.allFinal })) {
      throw this.#fail(error);
    }
    const patience = error.response && retryAfter(error.response, this.#surroundings.date());
    if (patience !== undefined) this.#obey(patience);
    this.#goOn(error.message, error);
  }

  /**
   * The connection has ended; `byUser`: as its user wanted. Answers whether to go on; throws when a limit says that it
   * is enough.
   */
  closed(close: CloseInfo, byUser: boolean): boolean {
    const { error } = close;
    this.lastClose = close;
    if (error !== undefined) this.lastError = error;
    if (byUser) this.end("closed by this program");
    if (this.state === "ended") return false;
    const now = this.#surroundings.now();
    const wasStable = now - this.#openedAt >= this.#policy.stableAfter;
    if (wasStable) {
      this.attempt = 0;
      this.#downSince = now;
      this.#backOff.reset();
      // The first is the preferred one.
      this.#targets.exhaust();
    }
    const end = `the connection ended with ${close.code}`;
    const why = error === undefined ? end : `${end}: ${error.message}`;
    if (!this.#judge({ error, close, isFinal: false })) {
      this.end(why);
      return false;
    }
    this.#goOn(why, error ?? new WebSocketError("ConnectionClosed", `reconnecting was given up: ${why}`));
    return true;
  }

  /** It is over, by somebody's wish. */
  end(why: string): void {
    if (this.state === "ended") return;
    this.state = "ended";
    this.#log.info(`ended: ${why}`);
  }

  /** Whether to go on. What the program's function throws ends the loop. */
  #judge(facts: Pick<ReconnectReason, "error" | "close" | "isFinal">): boolean {
    const reason = { url: this.target.href, attempt: this.attempt, ...facts };
    try {
      return this.#policy.shouldReconnect(reason) ?? !reason.isFinal;
    } catch (error) {
      throw this.#fail(error);
    }
  }

  /** The server is not asked again before that; nor shall all of its clients come back at the same moment. */
  #obey(patience: number): void {
    const { maxRetryAfter, initialDelay } = this.#policy;
    const jitter = Math.floor(this.#surroundings.random() * initialDelay);
    this.target.notBefore = this.#surroundings.now() + Math.min(patience, maxRetryAfter) + jitter;
  }

  /** Plans the next attempt, unless a limit forbids it: then it throws `last`. */
  #goOn(why: string, last: WebSocketError): void {
    const { maxAttempts, maxElapsed } = this.#policy;
    const now = this.#surroundings.now();
    if (this.attempt >= maxAttempts) throw this.#fail(last, `maxAttempts is ${maxAttempts}`);
    const wait = this.#targets.advance(now) ? 0 : this.#targets.restart(now, this.#backOff.next());
    this.delay = Math.min(wait, MAX_DELAY);
    if (now + this.delay - this.#downSince > maxElapsed) {
      throw this.#fail(last, `maxElapsed is ${maxElapsed} ms`);
    }
    this.state = "waiting";
    this.#log.warn(`${why}; next attempt in ${this.delay} ms`);
  }

  /** It is over, and the loop throws `error`. */
  #fail(error: unknown, limit?: string): unknown {
    this.state = "ended";
    const given = limit === undefined ? "ended" : `given up after ${this.attempt} attempts, ${limit}`;
    this.#log.error(`${given}: ${error instanceof Error ? error.message : error}`);
    return error;
  }
}
