/**
 * From a host name to one open connection: look-up, then Happy Eyeballs (RFC 8305).
 *
 * @module
 */
import { isIP } from "node:net";
import { connectionFailed } from "./connect_error.ts";
import { type Address, askLookup } from "./lookup.ts";
import { systemLookup } from "./system_lookup.ts";
import type { ConnectContext, ConnectTarget } from "./transport.ts";

/** Where to: a host and a port, or the path of a Unix socket, which the host and port then only stand for. */
export type DialTarget =
  & Pick<ConnectTarget, "host" | "port" | "socketPath" | "lookup">
  & Partial<Pick<ConnectTarget, "socket">>;

/** How one address is tried, and what becomes of a connection nobody needs. */
export interface Dialer<Connection> {
  /**
   * Opens a connection to one address. When `signal` aborts, the attempt closes what it has and rejects at once; a
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
 * Opens a connection to the target, telling the context of the phases `lookup` (for a name) and `tcp`. Rejects with
 * `WebSocketError` `ConnectionFailed`, or with the signal's reason.
 */
export async function dial<Connection>(
  target: DialTarget,
  context: ConnectContext,
  dialer: Dialer<Connection>,
): Promise<Connection> {
  const { signal } = context;
  signal.throwIfAborted();
  const addresses = await addressesOf(target, context, dialer.takesNames ?? false);
  context.enterPhase("tcp");
  // Whoever was told so may have had enough, and a signal that has aborted tells nobody any more.
  signal.throwIfAborted();
  try {
    const reachable = fromLocal(addresses, target);
    // Mostly there is nothing to race, and no need for all that a race is made of.
    if (reachable.length === 1) return await attemptAlone(reachable[0], dialer, signal);
    return await race(interleave(reachable), { ...dialer, signal });
  } catch (error) {
    signal.throwIfAborted();
    throw connectionFailed(target, error);
  }
}

async function attemptAlone<Connection>(
  address: Address,
  dialer: Dialer<Connection>,
  signal: AbortSignal,
): Promise<Connection> {
  const connection = await dialer.attempt(address, signal);
  if (!signal.aborted) return connection;
  dialer.discard(connection);
  throw signal.reason;
}

/** The addresses of the target, in the order of preference. With `takesNames`, the name itself may be among them. */
export async function addressesOf(
  { host, socketPath, lookup }: DialTarget,
  context: ConnectContext,
  takesNames: boolean,
): Promise<readonly Address[]> {
  if (socketPath !== undefined) return [{ address: socketPath, family: "unix" }];
  const family = isIP(host);
  if (family !== 0) return [{ address: host, family: family === 6 ? 6 : 4 }];
  const name: readonly Address[] = [{ address: host, family: 4 }];
  if (takesNames && lookup === undefined) return name;
  context.enterPhase("lookup");
  const { signal } = context;
  const own = lookup && await untilAborted(askLookup(lookup, host, signal), signal);
  return own ?? (takesNames ? name : await untilAborted(systemLookup(host), signal));
}

/** What is worked on may go on for long after its answer is of no use to anybody. */
export async function untilAborted<T>(work: T | Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort);
  try {
    return await Promise.race([aborted, work]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

/** The addresses that can be reached from the local address asked for: those of its family. */
function fromLocal(addresses: readonly Address[], { socket }: DialTarget): readonly Address[] {
  const { localAddress } = socket ?? {};
  if (localAddress === undefined) return addresses;
  const reachable = addresses.filter(({ family }) => family === isIP(localAddress));
  if (reachable.length === 0) throw noLocalFamily(localAddress);
  return reachable;
}

/** Why nothing is tried. */
export function noLocalFamily(localAddress: string): Error {
  return new Error(`localAddress is an IPv${isIP(localAddress)} address, and the host has none`);
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
