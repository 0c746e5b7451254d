/**
 * From a host name to one open TCP connection: look-up, then Happy Eyeballs (RFC 8305).
 *
 * @module
 */
import { lookup } from "node:dns";
import { isIP } from "node:net";
import { connectionFailed, lookupFailed } from "./connect_error.ts";
import type { ConnectContext, ConnectTarget } from "./transport.ts";

/** An address to try. */
export interface Address {
  readonly address: string;
  readonly family: 4 | 6;
}

/** How one address is tried, and what becomes of a connection nobody needs. */
export interface Dialer<Connection> {
  /**
   * Opens a connection to one address. When `signal` aborts, the attempt closes what it has and rejects; a
   * connection that is open all the same goes to `discard`.
   */
  attempt(address: Address, signal: AbortSignal): Promise<Connection>;
  /** Closes a connection that came too late. */
  discard(connection: Connection): void;
  /** Whether the runtime is to look names up itself: an attempt then gets the name in place of an address. */
  readonly takesNames?: boolean;
}

/** What {@linkcode race} takes beside the addresses. */
export interface RaceOptions<Connection> extends Dialer<Connection> {
  /** Ends the race: it rejects with the signal's reason. */
  readonly signal: AbortSignal;
  /** Runs `callback` later and answers how to call that off. Default: `setTimeout`. */
  readonly schedule?: (callback: () => void, delay: number) => () => void;
}

/** RFC 8305 §5: the "Connection Attempt Delay", milliseconds. */
export const attemptDelay = 250;

/**
 * Opens a TCP connection to the target's host, telling the context of the phases `lookup` (for a name) and
 * `tcp`. Rejects with `WebSocketError` `ConnectionFailed`, or with the signal's reason.
 */
export async function dial<Connection>(
  target: Pick<ConnectTarget, "host" | "port">,
  context: ConnectContext,
  dialer: Dialer<Connection>,
): Promise<Connection> {
  const { signal } = context;
  const addresses = dialer.takesNames
    ? [{ address: target.host, family: 4 } as const]
    : await addressesOf(target.host, context);
  context.enterPhase("tcp");
  try {
    return await race(interleave(addresses), { ...dialer, signal });
  } catch (error) {
    signal.throwIfAborted();
    throw connectionFailed(target, error);
  }
}

async function addressesOf(host: string, context: ConnectContext): Promise<readonly Address[]> {
  const { signal } = context;
  signal.throwIfAborted();
  const family = isIP(host);
  if (family !== 0) return [{ address: host, family: family === 6 ? 6 : 4 }];
  context.enterPhase("lookup");
  try {
    return await lookUp(host, signal);
  } catch (error) {
    signal.throwIfAborted();
    // RFC 6761 §6.3: localhost is the loopback address, whatever the system's tables say.
    if (isLocalhost(host)) return loopback;
    throw lookupFailed(host, error);
  }
}

const loopback: readonly Address[] = [{ address: "127.0.0.1", family: 4 }, { address: "::1", family: 6 }];

function isLocalhost(host: string): boolean {
  return /^localhost\.?$/i.test(host);
}

function lookUp(host: string, signal: AbortSignal): Promise<readonly Address[]> {
  return new Promise((resolve, reject) => {
    // A look-up cannot be called off: its answer is ignored instead.
    const abort = () => reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    lookup(host, { all: true }, (error, found) => {
      signal.removeEventListener("abort", abort);
      if (error || found.length === 0) return reject(error ?? new Error("the name has no address"));
      const addresses = found.map(({ address, family }): Address => ({
        address,
        family: family === 6 ? 6 : 4,
      }));
      // Many systems list one loopback address only; a server may listen on the other.
      if (isLocalhost(host)) {
        addresses.push(...loopback.filter((l) => !addresses.some((a) => a.address === l.address)));
      }
      resolve(addresses);
    });
  });
}

/** RFC 8305 §4: the families take turns, beginning with the one the system put first; else the order is kept. */
export function interleave(addresses: readonly Address[]): Address[] {
  const first = addresses.filter((address) => address.family === addresses[0].family);
  const second = addresses.filter((address) => address.family !== addresses[0].family);
  const ordered: Address[] = [];
  for (let i = 0; i < Math.max(first.length, second.length); i++) {
    ordered.push(...first.slice(i, i + 1), ...second.slice(i, i + 1));
  }
  return ordered;
}

/**
 * RFC 8305 §5: tries the addresses in turn, each {@linkcode attemptDelay} after the one before or as soon as
 * one fails. The first connection wins; the other attempts are aborted. When none succeeds, rejects with the
 * only error or with an `AggregateError` of all, in the order of failing.
 */
export function race<Connection>(
  addresses: readonly Address[],
  options: RaceOptions<Connection>,
): Promise<Connection> {
  const { signal, schedule = later } = options;
  const running = new Set<AbortController>();
  const errors: unknown[] = [];
  let next = 0;
  let over = false;
  let cancelNext = () => {};

  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const end = () => {
      over = true;
      cancelNext();
      signal.removeEventListener("abort", abort);
      for (const loser of running) loser.abort();
    };
    const abort = () => {
      end();
      reject(signal.reason);
    };
    const won = (connection: Connection, controller: AbortController) => {
      running.delete(controller);
      if (over) return options.discard(connection);
      end();
      resolve(connection);
    };
    const lost = (error: unknown, controller: AbortController) => {
      running.delete(controller);
      if (over) return;
      errors.push(error);
      if (next < addresses.length) return start();
      if (running.size > 0) return;
      end();
      reject(errors.length === 1 ? errors[0] : new AggregateError(errors, "every address failed"));
    };
    const start = () => {
      cancelNext();
      const address = addresses[next++];
      if (next < addresses.length) cancelNext = schedule(start, attemptDelay);
      const controller = new AbortController();
      running.add(controller);
      options.attempt(address, controller.signal).then(
        (connection) => won(connection, controller),
        (error) => lost(error, controller),
      );
    };
    signal.addEventListener("abort", abort, { once: true });
    start();
  });
}

function later(callback: () => void, delay: number): () => void {
  const timer = setTimeout(callback, delay);
  return () => clearTimeout(timer);
}
