import { isIP } from "node:net";
import { lookupFailed } from "../connect_error.ts";
import { type Address, askLookup, isPromise, type Lookup, promisedLookup } from "../lookup.ts";
import type { ConnectTarget } from "../transport.ts";
import { BackgroundLookup } from "./background_lookup.ts";
import { libc } from "./libc.ts";
import { getAddresses, numericAddress } from "./numeric_address.ts";
import { errno as numbers, platform } from "./platform.ts";
import type { PolledContext } from "./polled_context.ts";
import type { SocketAddress } from "./socket_address.ts";
import type { Steps } from "./steps.ts";
import { SystemError } from "./system_error.ts";

/**
 * The addresses of a host, in the system's order.
 *
 * With glibc, a look-up ends at the deadline. Elsewhere it ends when the system's resolver gives up, which by
 * default is after 5 seconds and two attempts for each name server; the deadline is then looked at.
 */
export function* lookUp(
  { host, port, lookup }: Pick<ConnectTarget, "host" | "port" | "lookup">,
  context: PolledContext,
): Steps<readonly SocketAddress[]> {
  if (isIP(host) !== 0) return [numericAddress(host, port)];
  context.enterPhase("lookup");
  const own = lookup && (yield* ownAddresses(lookup, host, context));
  if (own !== undefined) return own.map(({ address }) => numericAddress(address, port));
  const outcome = BackgroundLookup.available
    ? yield* lookUpBeside(host, port, context)
    : getAddresses(host, port);
  if (performance.now() >= context.deadline) throw context.expired("lookup");
  if (!/^localhost\.?$/i.test(host)) return found(host, outcome);
  // RFC 6761 §6.3: localhost is the loopback address, whatever the system's tables say. Many list one of the two
  // only, and the server may listen on the other.
  const addresses = typeof outcome === "number" ? [] : outcome;
  for (const loopback of ["127.0.0.1", "::1"]) {
    const address = numericAddress(loopback, port);
    if (!addresses.some(({ family }) => family === address.family)) addresses.push(address);
  }
  return addresses;
}

/** What the user's own look-up says; a promise is waited for beside the event loop alone. */
function* ownAddresses(
  lookup: Lookup,
  host: string,
  context: PolledContext,
): Steps<readonly Address[] | undefined> {
  const wanted = new AbortController();
  try {
    return yield* settled(askLookup(lookup, host, wanted.signal), context);
  } finally {
    wanted.abort();
  }
}

function* settled<Answer>(answer: Answer | Promise<Answer>, context: PolledContext): Steps<Answer> {
  if (!isPromise(answer)) return answer;
  let outcome: (() => Answer) | undefined;
  answer.then((value) => outcome = () => value, (error) => {
    outcome = () => {
      throw error;
    };
  });
  if (context.signal === undefined) throw promisedLookup();
  const pause = { until: context.deadline, wait: () => outcome !== undefined };
  while (outcome === undefined) {
    if (performance.now() >= context.deadline) throw context.expired("lookup");
    yield pause;
  }
  return outcome();
}

function* lookUpBeside(
  host: string,
  port: number,
  context: PolledContext,
): Steps<SocketAddress[] | number> {
  const lookup = new BackgroundLookup(host);
  let over = false;
  const pause = { until: context.deadline, wait: (timeoutMs: number) => over = lookup.wait(timeoutMs) };
  try {
    // The answer from the system's own tables is there within a moment.
    while (!pause.wait(0)) {
      if (performance.now() >= context.deadline) throw context.expired("lookup");
      yield pause;
    }
    return lookup.take(port);
  } finally {
    if (!over) lookup.abandon();
  }
}

function found(host: string, outcome: SocketAddress[] | number): SocketAddress[] {
  if (typeof outcome !== "number" && outcome.length > 0) return outcome;
  throw lookupFailed(host, lookupError(typeof outcome === "number" ? outcome : 0));
}

/** An error like those of `node:dns`: EAI_… in `code`. */
function lookupError(number: number): Error {
  const code = number === 0 ? "EAI_NODATA" : platform().lookupErrors[number] ?? `EAI ${number}`;
  if (code === "EAI_SYSTEM") return new SystemError("getaddrinfo", libc().errno[0] || numbers.EIO);
  return Object.assign(new Error(`getaddrinfo: ${code}`), { code, syscall: "getaddrinfo", errno: number });
}
