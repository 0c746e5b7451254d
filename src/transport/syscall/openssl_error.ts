import { openssl } from "./openssl.ts";

/** An error of OpenSSL, with a `code` like those of `node:tls`. */
export class OpenSslError extends Error {
  /** For example `ERR_SSL_WRONG_VERSION_NUMBER` or `CERT_HAS_EXPIRED`. */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = "OpenSslError";
    this.code = code;
  }
}

const text = new Uint8Array(new ArrayBuffer(256));

/** Takes what OpenSSL says went wrong: the first error of this thread's queue, which is empty after that. */
export function takeOpenSslError(during: string): OpenSslError {
  const { ERR_get_error, ERR_error_string_n, ERR_clear_error } = openssl();
  const number = ERR_get_error();
  if (number === 0) return new OpenSslError("ERR_SSL", `${during} failed without a reason`);
  ERR_error_string_n(number, text, text.length);
  ERR_clear_error();
  const line = new TextDecoder().decode(text.subarray(0, text.indexOf(0)));
  // error:0A00010B:SSL routines::wrong version number
  const reason = line.split(":").slice(4).join(":") || line;
  const code = `ERR_SSL_${reason.toUpperCase().replace(/[^A-Z0-9]+/g, "_")}`;
  return new OpenSslError(code, `${during}: ${line}`);
}

/** X509_V_ERR_… of a certificate that does not hold. */
const verifyResults: Readonly<Record<number, string>> = {
  2: "UNABLE_TO_GET_ISSUER_CERT",
  7: "CERT_SIGNATURE_FAILURE",
  9: "CERT_NOT_YET_VALID",
  10: "CERT_HAS_EXPIRED",
  18: "DEPTH_ZERO_SELF_SIGNED_CERT",
  19: "SELF_SIGNED_CERT_IN_CHAIN",
  20: "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  21: "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  22: "CERT_CHAIN_TOO_LONG",
  23: "CERT_REVOKED",
  26: "INVALID_PURPOSE",
  27: "CERT_UNTRUSTED",
  28: "CERT_REJECTED",
  62: "ERR_TLS_CERT_ALTNAME_INVALID",
  64: "ERR_TLS_CERT_ALTNAME_INVALID",
};

/** The error for a certificate that OpenSSL does not accept. */
export function verifyError(result: number): OpenSslError {
  const code = verifyResults[result] ?? `CERT_VERIFY_${result}`;
  return new OpenSslError(code, `certificate verify failed: ${code}, X509 verify result ${result}`);
}
