import { isIP } from "node:net";
import type { TlsOptions } from "./transport.ts";

/** {@linkcode TlsOptions} with the defaults filled in. */
export interface TlsSettings {
  /** What the certificate has to be for. */
  readonly identity: string;
  /** What SNI says; `undefined` for an IP address (RFC 6066 §3). */
  readonly serverName: string | undefined;
  /** The only authorities to trust; `undefined` for the runtime's store. */
  readonly caCerts: string[] | undefined;
  readonly alpnProtocols: string[];
  readonly verify: boolean;
}

/** Fills in the defaults for a connection to `host`. */
export function tlsSettings(tls: TlsOptions, host: string): TlsSettings {
  // RFC 6066 §3 and RFC 6125 §6.4: names in SNI and in certificates have no final dot.
  const identity = (tls.serverName ?? host).replace(/\.$/, "");
  return {
    identity,
    serverName: isIP(identity) === 0 ? identity : undefined,
    caCerts: tls.caCerts === undefined ? undefined : [tls.caCerts].flat(),
    alpnProtocols: [...tls.alpnProtocols ?? ["http/1.1"]],
    verify: tls.verify !== false,
  };
}
