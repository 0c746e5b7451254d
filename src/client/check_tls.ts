import { WebSocketError } from "../core/errors.ts";
import type { TlsOptions } from "../transport/transport.ts";
import { boolean, checkAll, either, listOf, type Rule, text } from "./rules.ts";

const RULES: Record<keyof TlsOptions, Rule> = {
  caCerts: either(text, listOf(text)),
  cert: text,
  key: text,
  serverName: text,
  alpnProtocols: listOf(text),
  verify: boolean,
  pins: listOf({
    allowed: '"sha256/" and 32 bytes of Base64',
    // The last character stands for four bits.
    test: (value) =>
      typeof value === "string" && /^sha256\/[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/.test(value),
  }),
};

/**
 * Checks TLS settings; what their certificates and keys are worth is looked at when they are used.
 *
 * @throws {WebSocketError} `InvalidConfiguration`, naming the option, which `name` leads to.
 */
export function checkTls(tls: TlsOptions, name = "tls"): void {
  checkAll(`${name}.`, tls, RULES);
  if ((tls.cert === undefined) === (tls.key === undefined)) return;
  throw new WebSocketError("InvalidConfiguration", `options: ${name}.cert and ${name}.key go together`);
}
