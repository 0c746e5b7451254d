import { createPrivateKey, X509Certificate } from "node:crypto";
import { WebSocketError } from "../core/errors.ts";
import type { TlsOptions } from "./transport.ts";

const checked = new WeakSet<TlsOptions>();

/**
 * Refuses certificates and keys that are none, or do not belong together, before anything is opened. The
 * runtimes do not agree: Node trusts nobody when an authority cannot be read, and Deno shows no certificate when
 * the client's cannot.
 *
 * @throws {WebSocketError} `InvalidConfiguration`, naming the option.
 */
export function checkTls(tls: TlsOptions): void {
  if (checked.has(tls)) return;
  const { caCerts, cert, key } = tls;
  for (const pem of caCerts === undefined ? [] : [caCerts].flat()) {
    const blocks = pem.match(/-----BEGIN ([A-Z0-9 ]*CERTIFICATE)-----[^]*?-----END \1-----/g);
    if (blocks === null) throw invalid("tls.caCerts holds no PEM certificate");
    for (const block of blocks) parse("tls.caCerts", () => new X509Certificate(block));
  }
  if ((cert === undefined) !== (key === undefined)) throw invalid("tls.cert and tls.key go together");
  if (cert !== undefined && key !== undefined) {
    const certificate = parse("tls.cert", () => new X509Certificate(cert));
    const privateKey = parse("tls.key", () => createPrivateKey(key));
    if (!certificate.checkPrivateKey(privateKey)) throw invalid("tls.key is not the key of tls.cert");
  }
  checked.add(tls);
}

function parse<T>(option: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw invalid(`${option} cannot be read`, cause);
  }
}

function invalid(what: string, cause?: unknown): WebSocketError {
  return new WebSocketError("InvalidConfiguration", `options: ${what}`, { cause });
}
