import { createSecureContext, type SecureContext } from "node:tls";
import type { TlsOptions } from "./transport.ts";

/** Key of the context with nothing of its own. */
const nothing: TlsOptions = {};

const contexts = new WeakMap<TlsOptions, SecureContext>();

/**
 * The certificates and keys of `tls`, loaded once for all connections with the same options: in Node a context
 * of its own costs a connection about 20 KiB and a quarter of its handshake's time.
 */
export function secureContextOf(tls: TlsOptions): SecureContext {
  const { caCerts, cert, key } = tls;
  const owner = (caCerts ?? cert ?? key) === undefined ? nothing : tls;
  let context = contexts.get(owner);
  if (context === undefined) {
    const ca = caCerts === undefined ? undefined : [caCerts].flat();
    context = createSecureContext({ ca, cert, key });
    contexts.set(owner, context);
  }
  return context;
}
