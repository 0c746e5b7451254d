import { encodeBase64 } from "../core/base64.ts";
import { WebSocketError } from "../core/errors.ts";
import { checkHeaders, type HeaderField, isHost } from "../core/headers.ts";
import { decodePercent } from "../core/percent.ts";
import { authority } from "../transport/connect_error.ts";
import { HttpConnect } from "./http_connect.ts";
import type { ProxyOptions } from "./proxy_options.ts";
import type { Route } from "./route.ts";
import { type Credentials, Socks5 } from "./socks5.ts";
import type { Tunnel } from "./tunnel.ts";

const defaultPorts: ReadonlyMap<string, number> = new Map([
  ["http:", 80],
  ["https:", 443],
  ["socks5:", 1080],
  ["socks5h:", 1080],
]);

/** The parts of a proxy's URL. */
interface ProxyUrl {
  readonly scheme: string;
  readonly host: string;
  readonly port: number;
  readonly credentials: Credentials | undefined;
}

/** Says what is wrong with a proxy. */
type Refuse = (what: string) => never;

/**
 * Checks a proxy, and answers what a transport has to know of it. `name` is where it was given, for messages.
 *
 * @throws {WebSocketError} `InvalidConfiguration`, with nothing of the URL: any part of it may be a secret.
 */
export function tunnelThrough(options: ProxyOptions, name = "options: proxy"): Tunnel {
  const refuse: Refuse = (what) => {
    throw new WebSocketError("InvalidConfiguration", `${name} ${what}`);
  };
  const url = parseProxyUrl(String(options.url), refuse);
  const isTls = url.scheme === "https:";
  if (!isTls && options.tls !== undefined) refuse("has tls, which is for https: alone");
  const { host, port } = url;
  return {
    host,
    port,
    tls: isTls ? options.tls ?? {} : undefined,
    ...url.scheme.startsWith("socks") ? socks(url, options, refuse) : http(url, options, refuse),
  };
}

type Protocol = Pick<Tunnel, "wantsAddress" | "handshake">;

function http(url: ProxyUrl, { headers }: ProxyOptions, refuse: Refuse): Protocol {
  const fields = [...checkHeaders(headers)];
  if (fields.some(isHost)) refuse("has a header Host, which CONNECT sets");
  if (url.credentials !== undefined) {
    if (fields.some(([name]) => name.toLowerCase() === "proxy-authorization")) {
      refuse("has both a user name and a header Proxy-Authorization");
    }
    fields.push(basic(url.credentials, refuse));
  }
  return {
    wantsAddress: false,
    handshake: (host, port) => new HttpConnect({ route: routeOf(url, host, port), fields }),
  };
}

function basic({ user, password }: Credentials, refuse: Refuse): HeaderField {
  const colon = 0x3a;
  // RFC 7617 §2
  if (user.includes(colon)) refuse("has a colon in its user name, which Basic authentication cannot carry");
  return ["Proxy-Authorization", `Basic ${encodeBase64(Uint8Array.of(...user, colon, ...password))}`];
}

function socks(url: ProxyUrl, { headers }: ProxyOptions, refuse: Refuse): Protocol {
  if (headers !== undefined) refuse("has headers, which SOCKS has not");
  const { credentials } = url;
  // RFC 1929 §2: each has its length in one byte.
  if (Math.max(credentials?.user.length ?? 0, credentials?.password.length ?? 0) > 255) {
    refuse("has a user name or password of more than 255 bytes");
  }
  return {
    wantsAddress: url.scheme === "socks5:",
    handshake: (host, port) => new Socks5({ route: routeOf(url, host, port), host, port, credentials }),
  };
}

function routeOf(proxy: ProxyUrl, host: string, port: number): Route {
  return { proxy: authority(proxy), target: authority({ host, port }) };
}

function parseProxyUrl(text: string, refuse: Refuse): ProxyUrl {
  const scheme = /^[a-z0-9]+:(?=\/\/)/i.exec(text)?.[0].toLowerCase() ?? "";
  const defaultPort = defaultPorts.get(scheme);
  if (defaultPort === undefined) {
    return refuse("is not a URL with one of the schemes http, https, socks5, socks5h");
  }
  // The URL parser normalises hosts of the web's schemes alone, and drops their default ports: one of these two
  // keeps what is there.
  const [url, other] = ["http:", "https:"].map((web) => URL.parse(web + text.slice(scheme.length)));
  if (!url || !other) return refuse("does not parse as a URL");
  if (url.pathname !== "/" || url.search !== "" || url.hash !== "") {
    refuse("has a path or more behind its host");
  }
  const port = url.port || other.port;
  if (port === "0") refuse("has port 0, which cannot be connected to");
  const { username, password } = url;
  const anonymous = username === "" && password === "";
  return {
    scheme,
    host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
    port: port === "" ? defaultPort : Number(port),
    credentials: anonymous ? undefined : { user: decodePercent(username), password: decodePercent(password) },
  };
}
