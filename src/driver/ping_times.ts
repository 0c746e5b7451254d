import type { Payload } from "../core/payload.ts";
import { RoundTripHistogram } from "./round_trip_histogram.ts";

/** A ping that no pong has come for yet. */
interface Ping {
  readonly payload: Uint8Array;
  readonly sentAt: number;
}

/** More pings than these are not waited for at a time: a peer need not answer them all. */
const MOST_WAITING = 16;

/**
 * Measures round trips: from a ping to its pong, which has the same payload (RFC 6455 §5.5.3). The peer may answer only
 * the latest of several pings; whatever was sent before an answered one is not waited for any more.
 */
export class PingTimes {
  /** Milliseconds of the last round trip. */
  last: number | undefined;
  /** All of them, once there is one. */
  histogram: RoundTripHistogram | undefined;

  readonly #waiting: Ping[] = [];

  /** A ping has been sent. */
  sent(payload: Uint8Array, now: number): void {
    if (this.#waiting.length === MOST_WAITING) this.#waiting.shift();
    this.#waiting.push({ payload: payload.slice(), sentAt: now });
  }

  /** A pong came. Answers how long the ping's round trip took, if that can be told. */
  answered(pong: Payload, now: number): number | undefined {
    const waiting = this.#waiting;
    if (waiting.length === 0) return undefined;
    const { bytes } = pong;
    const index = waiting.findLastIndex(({ payload }) => areEqual(payload, bytes));
    if (index < 0) return undefined;
    const [ping, ...others] = waiting.splice(0, index + 1).reverse();
    // It might be the answer to either.
    if (others.some(({ payload }) => areEqual(payload, bytes))) return undefined;
    const time = now - ping.sentAt;
    this.last = time;
    (this.histogram ??= new RoundTripHistogram()).record(time);
    return time;
  }
}

function areEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
