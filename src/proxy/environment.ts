import process from "node:process";
import { WebSocketError } from "../core/errors.ts";
import { isExempt } from "./no_proxy.ts";

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** All that are looked at. */
const names: readonly string[] = [
  ...["http_proxy", "https_proxy", "all_proxy", "no_proxy"].flatMap((name) => [name, name.toUpperCase()]),
  "REQUEST_METHOD",
];

/**
 * The process's variables that say something of proxies.
 *
 * @throws {WebSocketError} `InvalidConfiguration` when Deno is not permitted to read them.
 */
export function processEnvironment(): Environment {
  try {
    return proxyVariables(process.env);
  } catch (cause) {
    const message = `options: proxy "environment" needs the permission to read ${names.join(", ")}`;
    throw new WebSocketError("InvalidConfiguration", message, { cause });
  }
}

/** Those that say something of proxies. */
export function proxyVariables(environment: Environment): Environment {
  return Object.fromEntries(names.map((name) => [name, environment[name]]));
}

/** What a proxy is looked for by. */
export interface ProxyTarget {
  readonly secure: boolean;
  readonly host: string;
  readonly port: number;
}

/** A variable that names a proxy. */
export interface ProxyVariable {
  readonly name: string;
  readonly value: string;
}

/**
 * The variable with the proxy for a target, `undefined` for none: `HTTP_PROXY` for `ws:`, `HTTPS_PROXY` for `wss:`,
 * else `ALL_PROXY`, unless `NO_PROXY` exempts the target. A name in lower case goes before the same in upper case.
 */
export function proxyVariable(environment: Environment, target: ProxyTarget): ProxyVariable | undefined {
  const read = (name: string): ProxyVariable | undefined =>
    [name, name.toUpperCase()]
      .filter((name) => isTrusted(name, environment))
      .map((name) => ({ name, value: environment[name]?.trim() ?? "" }))
      .find(({ value }) => value !== "");
  const found = read(target.secure ? "https_proxy" : "http_proxy") ?? read("all_proxy");
  if (found === undefined) return undefined;
  return isExempt(read("no_proxy")?.value ?? "", target.host, target.port) ? undefined : found;
}

/** In a CGI program, `HTTP_PROXY` is what a stranger's request says in its header `Proxy`. */
function isTrusted(name: string, environment: Environment): boolean {
  return name !== "HTTP_PROXY" || environment.REQUEST_METHOD === undefined;
}
