import { checkHeaders } from "../core/headers.ts";
import { processEnvironment, type ProxyTarget, proxyVariable } from "./environment.ts";
import type { ProxyOption, ProxyOptions } from "./proxy_options.ts";
import type { Tunnel } from "./tunnel.ts";
import { tunnelThrough } from "./tunnel_through.ts";

/**
 * The tunnel that the option `proxy` wants for a target, `undefined` for none.
 *
 * @throws {WebSocketError} `InvalidConfiguration` for a proxy that is none, and for an environment that may not be read.
 */
export function chooseTunnel(option: ProxyOption | undefined, target: ProxyTarget): Tunnel | undefined {
  if (option === undefined) return undefined;
  const proxy = normalised(option);
  if ("url" in proxy) return tunnelThrough(proxy);
  const variable = proxyVariable(proxy.environment ?? processEnvironment(), target);
  if (variable === undefined) return undefined;
  const { name, value } = variable;
  // The customs of the environment: a host and a port are enough.
  const url = /^[a-z][a-z0-9+.-]*:\/\//i.test(value) ? value : `http://${value}`;
  return tunnelThrough({ url }, `options: proxy: the environment's ${name}`);
}

/** The option as plain data, which another thread can be sent. The environment is that of now. */
export function plainProxy(option: ProxyOption | undefined): ProxyOption | undefined {
  if (option === undefined) return undefined;
  const proxy = normalised(option);
  if (!("url" in proxy)) return { environment: { ...proxy.environment ?? processEnvironment() } };
  const headers = proxy.headers &&
    checkHeaders(proxy.headers).map(([name, value]): [string, string] => [name, value]);
  return { ...proxy, url: String(proxy.url), headers };
}

function normalised(
  option: ProxyOption,
): ProxyOptions | { readonly environment?: Record<string, string | undefined> } {
  if (option === "environment") return {};
  return typeof option === "string" || option instanceof URL ? { url: option } : option;
}
