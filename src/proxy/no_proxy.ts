import { BlockList, isIP } from "node:net";

/**
 * Whether NO_PROXY exempts a target: a list, separated by commas or white space, of
 * - `*`: everything
 * - `example.com`: this host and what is below it; `.example.com`, `*.example.com`: only what is below
 * - `192.0.2.1`, `2001:db8::1`, `[2001:db8::1]`: an address; `192.0.2.0/24`: a network, for URLs with an address
 * - any of them but a network with `:port`: only this port
 */
export function isExempt(list: string, host: string, port: number): boolean {
  const name = withoutDot(host.toLowerCase());
  return list.toLowerCase().split(/[\s,]+/).some((entry) => entry !== "" && matches(entry, name, port));
}

function matches(entry: string, host: string, port: number): boolean {
  if (entry === "*") return true;
  if (entry.includes("/")) return isInNetwork(entry, host);
  const [pattern, wantedPort] = splitPort(entry);
  if (wantedPort !== undefined && wantedPort !== port) return false;
  const family = isIP(pattern);
  if (family !== 0) return isInNetwork(`${pattern}/${family === 6 ? 128 : 32}`, host);
  if (isIP(host) !== 0) return false;
  const suffix = withoutDot(pattern.replace(/^\*?\./, "."));
  return suffix.startsWith(".") ? host.endsWith(suffix) : host === suffix || host.endsWith(`.${suffix}`);
}

/** An IPv6 address has colons of its own: brackets tell its port. */
function splitPort(entry: string): [pattern: string, port: number | undefined] {
  if (isIP(entry) === 6) return [entry, undefined];
  const [, pattern = entry, port] = /^(.*?)(?::(\d+))?$/.exec(entry) ?? [];
  return [pattern.replace(/^\[(.*)\]$/, "$1"), port === undefined ? undefined : Number(port)];
}

function isInNetwork(network: string, host: string): boolean {
  const [address, prefix] = network.split("/");
  const family = isIP(address);
  const size = family === 6 ? 128 : 32;
  if (isIP(host) === 0 || family === 0 || !/^\d+$/.test(prefix) || Number(prefix) > size) return false;
  const networks = new BlockList();
  networks.addSubnet(address, Number(prefix), family === 6 ? "ipv6" : "ipv4");
  return networks.check(host, isIP(host) === 6 ? "ipv6" : "ipv4");
}

/** RFC 1034 §3.1: a final dot makes a name absolute, which it is here in any case. */
function withoutDot(name: string): string {
  return name.replace(/\.$/, "");
}
