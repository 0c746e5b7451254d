import { isIP } from "node:net";
import process from "node:process";
import { WebSocketError } from "../core/errors.ts";
import type { WebSocketUrl } from "../core/url.ts";
import type { RedirectOptions } from "../driver/redirects.ts";
import { isLookupAnswer, LOOKUP_ANSWERS } from "../transport/lookup.ts";
import type { SocketOptions, Transport } from "../transport/transport.ts";
import type { ClientOptions } from "./options.ts";
import { boolean, checkAll, either, integer, object, refuse, type Rule } from "./rules.ts";

const DEFAULT_REDIRECT_LIMIT = 5;

/** The options that say where to connect to, and from where. */
export const ADDRESS_RULES: Record<"lookup" | "followRedirects" | "localAddress", Rule> = {
  lookup: {
    allowed: "a function, or an object with addresses by name",
    test: (value) => typeof value === "function" || (object.test(value) && !Array.isArray(value)),
  },
  followRedirects: either(boolean, either(integer(0, 100), object)),
  localAddress: {
    allowed: "an IP address",
    test: (value) => typeof value === "string" && isIP(value) !== 0,
  },
};

const REDIRECTS = { limit: integer(0, 100), allowDowngrade: boolean };

/**
 * Looks into the options of the same names, which keep to {@linkcode ADDRESS_RULES}.
 *
 * @throws {WebSocketError} `InvalidConfiguration`, naming the option.
 */
export function checkAddressOptions(
  { lookup, followRedirects }: Pick<ClientOptions, "lookup" | "followRedirects">,
): void {
  if (typeof followRedirects === "object") checkAll("followRedirects.", followRedirects, REDIRECTS);
  if (typeof lookup !== "object") return;
  for (const [name, answer] of Object.entries(lookup)) {
    const isAnswer = isLookupAnswer(answer) && answer.length > 0;
    if (!isAnswer) refuse(`lookup[${JSON.stringify(name)}]`, answer, LOOKUP_ANSWERS);
  }
}

/** The option `followRedirects` with its defaults; `undefined` when none are followed. */
export function redirectSettings(
  followRedirects: ClientOptions["followRedirects"] = false,
): Required<RedirectOptions> | undefined {
  const { limit = DEFAULT_REDIRECT_LIMIT, allowDowngrade = false } = typeof followRedirects === "object"
    ? followRedirects
    : { limit: typeof followRedirects === "number" ? followRedirects : followRedirects ? undefined : 0 };
  return limit === 0 ? undefined : { limit, allowDowngrade };
}

const TCP_ONLY = [
  "noDelay",
  "ttl",
  "tcpKeepAlive",
  "quickAck",
  "typeOfService",
  "localAddress",
  "lookup",
] as const;

/** `sun_path` less its final NUL, in bytes. */
const SOCKET_PATH_LIMIT = process.platform === "linux" ? 107 : 103;

/**
 * Refuses, with the URL of a Unix socket, what is for TCP; and a path longer than the system takes.
 *
 * @throws {WebSocketError} `InvalidConfiguration` that names the option; `InvalidUrl`.
 */
export function checkUnixSocket(
  { socketPath }: WebSocketUrl,
  options: SocketOptions & Pick<ClientOptions, "lookup">,
): void {
  if (socketPath === undefined) return;
  for (const name of TCP_ONLY) {
    if (options[name] === undefined || options[name] === null) continue;
    const message = `options: ${name} is for TCP, and the URL leads to a Unix socket`;
    throw new WebSocketError("InvalidConfiguration", message);
  }
  const length = new TextEncoder().encode(socketPath).length;
  if (length > SOCKET_PATH_LIMIT) {
    const message = `Invalid WebSocket URL: the path of the Unix socket has ${length} bytes`;
    throw new WebSocketError("InvalidUrl", `${message}, and the system takes ${SOCKET_PATH_LIMIT}`);
  }
}

/**
 * Refuses what a transport of the user's own does not know of.
 *
 * @throws {WebSocketError} `InvalidConfiguration`.
 */
export function refuseAddress(
  transport: Transport,
  { url, lookup }: { readonly url: WebSocketUrl; readonly lookup: ClientOptions["lookup"] },
): void {
  const what = url.socketPath !== undefined && !transport.unixSockets
    ? "ws+unix: URLs"
    : lookup !== undefined && !transport.asksLookup
    ? "the option lookup"
    : undefined;
  if (what === undefined) return;
  const message = `options: the transport "${transport.name}" has no part for ${what}`;
  throw new WebSocketError("InvalidConfiguration", message);
}
