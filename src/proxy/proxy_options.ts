import type { TlsOptions } from "../transport/transport.ts";
import type { Environment } from "./environment.ts";

/** A proxy, and what to say to it. */
export interface ProxyOptions {
  /**
   * - `http://[user:password@]host[:port]`: the method CONNECT, for `ws:` and `wss:` alike; port 80 by default
   * - `https://…`: the same over TLS with the proxy; port 443 by default
   * - `socks5://…`: SOCKS 5; the target's name is looked up on this side. Port 1080 by default
   * - `socks5h://…`: the same; the proxy looks the name up
   *
   * User name and password are percent-encoded. They go to the proxy alone, by `Proxy-Authorization: Basic` or as
   * SOCKS has it, and never into messages or logs.
   */
  readonly url: string | URL;
  /** Headers of the CONNECT request. */
  readonly headers?: HeadersInit;
  /** TLS settings of an `https:` proxy. Default: the runtime's trust store, identity verified. */
  readonly tls?: TlsOptions;
}

/** Variables to take in place of the process's environment. */
export interface ProxyEnvironment {
  /** For example `{ HTTPS_PROXY: "http://proxy.example:3128", NO_PROXY: "localhost" }`. */
  readonly environment: Environment;
}

/** What the option `proxy` takes. */
export type ProxyOption = string | URL | ProxyOptions | ProxyEnvironment | "environment";
