import { lookup } from "node:dns";
import { lookupFailed } from "./connect_error.ts";
import type { Address } from "./lookup.ts";

const loopback: readonly Address[] = [{ address: "127.0.0.1", family: 4 }, { address: "::1", family: 6 }];

/**
 * The addresses of a name as the system knows them. Rejects with `WebSocketError` `ConnectionFailed`.
 *
 * A look-up cannot be called off.
 */
export async function systemLookup(host: string): Promise<readonly Address[]> {
  try {
    const addresses = await lookUp(host);
    if (!isLocalhost(host)) return addresses;
    // Many systems list one loopback address only; a server may listen on the other.
    return [...addresses, ...loopback.filter((l) => !addresses.some((a) => a.address === l.address))];
  } catch (error) {
    // RFC 6761 §6.3: localhost is the loopback address, whatever the system's tables say.
    if (isLocalhost(host)) return loopback;
    throw lookupFailed(host, error);
  }
}

function isLocalhost(host: string): boolean {
  return /^localhost\.?$/i.test(host);
}

function lookUp(host: string): Promise<readonly Address[]> {
  return new Promise((resolve, reject) => {
    lookup(host, { all: true }, (error, found) => {
      if (error || found.length === 0) return reject(error ?? new Error("the name has no address"));
      resolve(found.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 })));
    });
  });
}
