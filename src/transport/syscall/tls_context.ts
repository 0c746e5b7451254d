import process from "node:process";
import { detectRuntime } from "../detect.ts";
import type { TlsSettings } from "../tls_settings.ts";
import type { TlsOptions } from "../transport.ts";
import type { Pointer } from "./ffi.ts";
import { cString, newMemoryBio, type OpenSsl, openssl } from "./openssl.ts";
import { takeOpenSslError } from "./openssl_error.ts";
import { pointerInto } from "./place.ts";

const TLS1_2_VERSION = 0x0303;
const SSL_VERIFY_NONE = 0;
const SSL_VERIFY_PEER = 1;
const SSL_CTRL_CHAIN_CERT = 89;
const SSL_CTRL_SET_MIN_PROTO_VERSION = 123;
const SSL_OP_NO_RENEGOTIATION = 1 << 30;

/** Where systems keep the certificates they trust, for an OpenSSL that was built elsewhere. */
const bundles = [
  "/etc/ssl/certs/ca-certificates.crt",
  "/etc/pki/tls/certs/ca-bundle.crt",
  "/etc/ssl/ca-bundle.pem",
  "/etc/ssl/cert.pem",
];

/** Contexts without anything of the program's own, kept for this thread's life. */
const shared = new Map<boolean, Pointer>();

/** An `SSL_CTX`, for making connections: released after use. */
export interface TlsContext {
  readonly pointer: Pointer;
  /** Connections made from it go on. */
  release(): void;
}

/** A context for these settings. Throws an {@linkcode OpenSslError} for a certificate or key that is none. */
export function tlsContext({ cert, key }: TlsOptions, { caCerts, verify }: TlsSettings): TlsContext {
  const ssl = openssl();
  ssl.ERR_clear_error();
  if (caCerts === undefined && cert === undefined && key === undefined) {
    const pointer = shared.get(verify) ?? newContext(ssl, verify, trustSystem);
    shared.set(verify, pointer);
    return { pointer, release: () => {} };
  }
  const pointer = newContext(ssl, verify, (context) => {
    if (caCerts === undefined) trustSystem(context);
    else for (const pem of caCerts) trust(context, pem);
    if (cert !== undefined || key !== undefined) identify(context, cert ?? "", key ?? "");
  });
  return { pointer, release: () => ssl.SSL_CTX_free(pointer) };
}

function newContext(ssl: OpenSsl, verify: boolean, configure: (context: Pointer) => void): Pointer {
  const context = ssl.SSL_CTX_new(ssl.TLS_client_method());
  if (!context) throw takeOpenSslError("making a TLS context");
  try {
    ssl.SSL_CTX_ctrl(context, SSL_CTRL_SET_MIN_PROTO_VERSION, TLS1_2_VERSION, null);
    // Without it, a server could make a write wait for a read.
    ssl.SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION);
    ssl.SSL_CTX_set_verify(context, verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, null);
    configure(context);
    return context;
  } catch (error) {
    ssl.SSL_CTX_free(context);
    throw error;
  }
}

function trustSystem(context: Pointer): void {
  const ssl = openssl();
  ssl.SSL_CTX_set_default_verify_paths(context);
  if (detectRuntime() === "node") {
    // The system's OpenSSL knows the system's place. Node's own knows that of the machine it was built on.
    const { SSL_CERT_FILE, SSL_CERT_DIR } = process.env;
    const load = (path: string): boolean => ssl.SSL_CTX_load_verify_file(context, cString(path)) === 1;
    if (SSL_CERT_FILE === undefined && SSL_CERT_DIR === undefined) bundles.find(load);
  }
  ssl.ERR_clear_error();
}

function trust(context: Pointer, pem: string): void {
  const ssl = openssl();
  const store = ssl.SSL_CTX_get_cert_store(context);
  forEachCertificate(pem, "reading caCerts", (certificate) => {
    if (ssl.X509_STORE_add_cert(store, certificate) !== 1) throw takeOpenSslError("reading caCerts");
  });
}

function identify(context: Pointer, cert: string, key: string): void {
  const ssl = openssl();
  let isFirst = true;
  forEachCertificate(cert, "reading cert", (certificate) => {
    const done = isFirst
      ? ssl.SSL_CTX_use_certificate(context, certificate)
      // 1: the context takes a reference of its own.
      : ssl.SSL_CTX_ctrl(context, SSL_CTRL_CHAIN_CERT, 1, certificate);
    if (done !== 1) throw takeOpenSslError("using cert");
    isFirst = false;
  });
  withPem(key, (bio) => {
    const privateKey = ssl.PEM_read_bio_PrivateKey(bio, null, null, noPassword);
    if (!privateKey) throw takeOpenSslError("reading key");
    const used = ssl.SSL_CTX_use_PrivateKey(context, privateKey);
    ssl.EVP_PKEY_free(privateKey);
    if (used !== 1) throw takeOpenSslError("using key");
  });
  if (ssl.SSL_CTX_check_private_key(context) !== 1) throw takeOpenSslError("checking key");
}

/** Without it, OpenSSL would ask for a password at the terminal. */
const noPassword = cString("");

/** Calls `use` for each certificate of a PEM, and throws when there is none. */
function forEachCertificate(pem: string, during: string, use: (certificate: Pointer) => void): void {
  const ssl = openssl();
  withPem(pem, (bio) => {
    for (let isFirst = true;; isFirst = false) {
      const certificate = ssl.PEM_read_bio_X509(bio, null, null, noPassword);
      if (!certificate) {
        const end = takeOpenSslError(during);
        if (isFirst || end.code !== "ERR_SSL_NO_START_LINE") throw end;
        return;
      }
      try {
        use(certificate);
      } finally {
        ssl.X509_free(certificate);
      }
    }
  });
}

function withPem(pem: string, read: (bio: Pointer) => void): void {
  const ssl = openssl();
  const bio = newMemoryBio();
  try {
    // Its bytes are copied.
    const bytes = new TextEncoder().encode(pem);
    if (bytes.length > 0) ssl.BIO_write(bio, pointerInto(bytes, 0), bytes.length);
    read(bio);
  } finally {
    ssl.BIO_free(bio);
  }
}
