import { WebSocketError } from "../core/errors.ts";
import type { WebSocketUrl } from "../core/url.ts";
import type { ProxyOption } from "../proxy/proxy_options.ts";
import { tunnelThrough } from "../proxy/tunnel_through.ts";
import type { Transport } from "../transport/transport.ts";
import { checkTls } from "./check_tls.ts";
import { checkAll, either, object, type Rule, text } from "./rules.ts";

/** Of the option `proxy`. */
export const PROXY_RULE: Rule = either(text, {
  allowed: 'a URL, "environment", or an object with url or environment',
  test: object.test,
});

const PROXY = { url: either(text, object), headers: object, tls: object };
const ENVIRONMENT = {
  environment: {
    allowed: "an object with strings",
    test: (value: unknown) =>
      object.test(value) &&
      Object.values(value as object).every((value) => value === undefined || typeof value === "string"),
  },
};

/**
 * Looks into the option `proxy`, which keeps to {@linkcode PROXY_RULE}.
 *
 * @throws {WebSocketError} `InvalidConfiguration`, without what may be a secret.
 */
export function checkProxy(proxy: ProxyOption): void {
  if (proxy === "environment") return;
  if (typeof proxy === "string" || proxy instanceof URL) return void tunnelThrough({ url: proxy });
  if ("environment" in proxy) return checkAll("proxy.", proxy, ENVIRONMENT);
  checkAll("proxy.", proxy, PROXY);
  if (proxy.tls !== undefined) checkTls(proxy.tls, "proxy.tls");
  tunnelThrough(proxy);
}

/**
 * Refuses a proxy on the way to a Unix socket; one that the environment names is not used there.
 *
 * @throws {WebSocketError} `InvalidConfiguration`.
 */
export function refuseProxyTo({ socketPath }: WebSocketUrl, proxy: ProxyOption | undefined): void {
  if (socketPath === undefined || proxy === undefined || isEnvironment(proxy)) return;
  throw new WebSocketError(
    "InvalidConfiguration",
    "options: proxy is for TCP, and the URL leads to a Unix socket",
  );
}

/**
 * Refuses a proxy that a transport of the user's own would pass by.
 *
 * @throws {WebSocketError} `InvalidConfiguration`.
 */
export function refuseProxyOver(transport: Transport, proxy: ProxyOption | undefined): void {
  if (proxy === undefined || transport.tunnels) return;
  const message = `options: the transport "${transport.name}" has no part for the option proxy`;
  throw new WebSocketError("InvalidConfiguration", message);
}

function isEnvironment(proxy: ProxyOption): boolean {
  return proxy === "environment" || (typeof proxy === "object" && "environment" in proxy);
}
