import { checkHeaders } from "../core/headers.ts";
import {
  type Environment,
  processEnvironment,
  type ProxyTarget,
  proxyVariable,
  proxyVariables,
} from "./environment.ts";
import type { ProxyOption, ProxyOptions } from "./proxy_options.ts";
import type { Tunnel } from "./tunnel.ts";
import { tunnelThrough } from "./tunnel_through.ts";

/**
 * The tunnel that the option `proxy` wants for a target, `undefined` for none.
 *
 * @throws {WebSocketError} `InvalidConfiguration` for a proxy that is none, and for an environment that may not be
 * read.
 */
export function chooseTunnel(option: ProxyOption | undefined, target: ProxyTarget): Tunnel | undefined {
  if (option === undefined) return undefined;
  const { proxy, environment } = read(option);
  if (proxy !== undefined) return tunnelThrough(proxy);
  const variable = proxyVariable(environment, target);
  if (variable === undefined) return undefined;
  const { name, value } = variable;
  // It is the custom of the environment that a host and a port are enough.
  const url = /^[a-z][a-z0-9+.-]*:\/\//i.test(value) ? value : `http://${value}`;
  return tunnelThrough({ url }, `options: proxy: the environment's ${name}`);
}

/** The option as plain data, which another thread can be sent: the environment as it is now. */
export function plainProxy(option: ProxyOption | undefined): ProxyOption | undefined {
  if (option === undefined) return undefined;
  const { proxy, environment } = read(option);
  if (proxy === undefined) return { environment };
  const { url, headers, tls } = proxy;
  const fields = headers && checkHeaders(headers).map(([name, value]): [string, string] => [name, value]);
  return { url: String(url), headers: fields, tls };
}

type Read =
  | { readonly proxy: ProxyOptions; readonly environment?: undefined }
  | { readonly proxy?: undefined; readonly environment: Environment };

function read(option: ProxyOption): Read {
  if (option === "environment") return { environment: processEnvironment() };
  if (typeof option === "string" || option instanceof URL) return { proxy: { url: option } };
  return "environment" in option ? { environment: proxyVariables(option.environment) } : { proxy: option };
}
