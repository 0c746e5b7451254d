import { isIP } from "node:net";
import { WebSocketError } from "../core/errors.ts";
import { quote } from "../core/quote.ts";
import { lookupFailed } from "./connect_error.ts";

/** What a look-up says of a name: one IP address or several, the preferred one first. */
export type LookupAnswer = string | readonly (string | { readonly address: string })[];

/** Answers by name, as in `/etc/hosts`. The system is asked for the names that are not in it. */
export type LookupTable = Readonly<Record<string, LookupAnswer>>;

/**
 * Looks a name up; `undefined` leaves it to the system. `signal` is aborted when nobody waits for the answer any
 * more. What it throws, or rejects with, becomes the `cause` of `ConnectionFailed`.
 */
export type LookupFunction = (
  host: string,
  options: { readonly signal: AbortSignal },
) => LookupAnswer | undefined | Promise<LookupAnswer | undefined>;

/** A name look-up of one's own. */
export type Lookup = LookupFunction | LookupTable;

/** An IP address to try, or the path of a Unix socket. */
export interface Address {
  readonly address: string;
  readonly family: 4 | 6 | "unix";
}

/** What may be given as an answer, in words. */
export const LOOKUP_ANSWERS = "an IP address or a list of them";

/**
 * What the user's own look-up says of a name: `undefined` for nothing. A promise where the function answers one.
 *
 * @throws {WebSocketError} `ConnectionFailed` when the function throws, or the name has no address;
 * `InvalidConfiguration` for an answer that holds none.
 */
export function askLookup(
  lookup: Lookup,
  host: string,
  signal: AbortSignal,
): readonly Address[] | undefined | Promise<readonly Address[] | undefined> {
  if (typeof lookup !== "function") return toAddresses(host, inTable(lookup, host));
  try {
    const answer = lookup(host, { signal });
    if (!isPromise(answer)) return toAddresses(host, answer);
    return answer.then((answer) => toAddresses(host, answer), (error) => {
      throw failed(host, error);
    });
  } catch (error) {
    throw failed(host, error);
  }
}

/** Whether the answer is still to come. */
export function isPromise<T>(answer: T | PromiseLike<T>): answer is Promise<T> {
  return typeof (answer as Partial<PromiseLike<T>> | undefined)?.then === "function";
}

/** The error of a promise where nobody can wait for one. */
export function promisedLookup(): WebSocketError {
  const message = "options: lookup answered a promise, and this thread waits for no promise: answer at once";
  return new WebSocketError("InvalidConfiguration", message);
}

/** Whether this is an answer that holds nothing but IP addresses. */
export function isLookupAnswer(answer: unknown): answer is LookupAnswer {
  return (Array.isArray(answer) ? answer : [answer]).every((item) => isIP(textOf(item)) !== 0);
}

/** Names are the same in either case, and a URL has them in lower case. */
function inTable(table: LookupTable, host: string): LookupAnswer | undefined {
  const name = Object.keys(table).find((name) => name.toLowerCase() === host);
  return name === undefined ? undefined : table[name];
}

function toAddresses(host: string, answer: LookupAnswer | undefined): readonly Address[] | undefined {
  if (answer === undefined) return undefined;
  if (!isLookupAnswer(answer)) {
    const shown = quote(String(answer));
    const message = `options: lookup answered ${shown} for ${host}, allowed: ${LOOKUP_ANSWERS}, or undefined`;
    throw new WebSocketError("InvalidConfiguration", message);
  }
  const texts = typeof answer === "string" ? [answer] : answer.map(textOf);
  if (texts.length === 0) {
    throw lookupFailed(host, Object.assign(new Error("lookup answered no address"), { code: "ENODATA" }));
  }
  return texts.map((address) => ({ address, family: isIP(address) === 6 ? 6 : 4 }));
}

function textOf(item: unknown): string {
  if (typeof item === "string") return item;
  const address = (item as { readonly address?: unknown } | null | undefined)?.address;
  return typeof address === "string" ? address : "";
}

function failed(host: string, error: unknown): WebSocketError {
  return error instanceof WebSocketError ? error : lookupFailed(host, error);
}
