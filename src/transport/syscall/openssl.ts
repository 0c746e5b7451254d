import type { Functions, Pointer } from "./ffi.ts";
import { openLibrary } from "./load_ffi.ts";
import { platform } from "./platform.ts";

const sslSignatures = {
  TLS_client_method: { parameters: [], result: "pointer" },
  SSL_CTX_new: { parameters: ["pointer"], result: "pointer" },
  SSL_CTX_free: { parameters: ["pointer"], result: "void" },
  SSL_CTX_ctrl: { parameters: ["pointer", "i32", "u32", "pointer"], result: "i32" },
  // Takes and gives 64 bits, of which the upper half is not used here.
  SSL_CTX_set_options: { parameters: ["pointer", "u32"], result: "u32" },
  SSL_CTX_set_verify: { parameters: ["pointer", "i32", "pointer"], result: "void" },
  SSL_CTX_set_default_verify_paths: { parameters: ["pointer"], result: "i32" },
  SSL_CTX_load_verify_file: { parameters: ["pointer", "buffer"], result: "i32" },
  SSL_CTX_get_cert_store: { parameters: ["pointer"], result: "pointer" },
  SSL_CTX_use_certificate: { parameters: ["pointer", "pointer"], result: "i32" },
  SSL_CTX_use_PrivateKey: { parameters: ["pointer", "pointer"], result: "i32" },
  SSL_CTX_check_private_key: { parameters: ["pointer"], result: "i32" },
  SSL_new: { parameters: ["pointer"], result: "pointer" },
  SSL_free: { parameters: ["pointer"], result: "void" },
  SSL_ctrl: { parameters: ["pointer", "i32", "u32", "buffer"], result: "i32" },
  SSL_set_bio: { parameters: ["pointer", "pointer", "pointer"], result: "void" },
  SSL_set_connect_state: { parameters: ["pointer"], result: "void" },
  SSL_set_alpn_protos: { parameters: ["pointer", "buffer", "u32"], result: "i32" },
  SSL_get0_alpn_selected: { parameters: ["pointer", "buffer", "buffer"], result: "void" },
  SSL_get0_param: { parameters: ["pointer"], result: "pointer" },
  SSL_get_verify_result: { parameters: ["pointer"], result: "i32" },
  SSL_do_handshake: { parameters: ["pointer"], result: "i32" },
  SSL_read: { parameters: ["pointer", "pointer", "u32"], result: "i32" },
  SSL_write: { parameters: ["pointer", "pointer", "u32"], result: "i32" },
  SSL_shutdown: { parameters: ["pointer"], result: "i32" },
  SSL_get_error: { parameters: ["pointer", "i32"], result: "i32" },
  SSL_get1_peer_certificate: { parameters: ["pointer"], result: "pointer" },
} as const;

const cryptoSignatures = {
  // Takes 64 bits of options, of which the upper half is not used here.
  OPENSSL_init_crypto: { parameters: ["u32", "pointer"], result: "i32" },
  BIO_new: { parameters: ["pointer"], result: "pointer" },
  BIO_s_mem: { parameters: [], result: "pointer" },
  BIO_read: { parameters: ["pointer", "pointer", "u32"], result: "i32" },
  BIO_write: { parameters: ["pointer", "pointer", "u32"], result: "i32" },
  BIO_ctrl_pending: { parameters: ["pointer"], result: "u32" },
  BIO_free: { parameters: ["pointer"], result: "i32" },
  // Codes have 32 bits, whatever the type.
  ERR_get_error: { parameters: [], result: "u32" },
  ERR_error_string_n: { parameters: ["u32", "buffer", "u32"], result: "void" },
  ERR_clear_error: { parameters: [], result: "void" },
  PEM_read_bio_X509: { parameters: ["pointer", "pointer", "pointer", "buffer"], result: "pointer" },
  PEM_read_bio_PrivateKey: { parameters: ["pointer", "pointer", "pointer", "buffer"], result: "pointer" },
  i2d_X509_bio: { parameters: ["pointer", "pointer"], result: "i32" },
  X509_free: { parameters: ["pointer"], result: "void" },
  EVP_PKEY_free: { parameters: ["pointer"], result: "void" },
  X509_STORE_add_cert: { parameters: ["pointer", "pointer"], result: "i32" },
  X509_VERIFY_PARAM_set_hostflags: { parameters: ["pointer", "u32"], result: "void" },
  X509_VERIFY_PARAM_set1_host: { parameters: ["pointer", "buffer", "u32"], result: "i32" },
  X509_VERIFY_PARAM_set1_ip_asc: { parameters: ["pointer", "buffer"], result: "i32" },
} as const;

/** OpenSSL is not to clean up when the process ends: threads that end at the same time clean up after themselves. */
const OPENSSL_INIT_NO_ATEXIT = 0x0008_0000;

/** OpenSSL 3, bound to this thread, which has an error queue of its own. */
export type OpenSsl = Functions<typeof sslSignatures> & Functions<typeof cryptoSignatures>;

let loaded: OpenSsl | undefined;

/**
 * The system's OpenSSL; in Node, Node's own.
 *
 * @throws {WebSocketError} `InvalidConfiguration` when there is none.
 */
export function openssl(): OpenSsl {
  if (loaded !== undefined) return loaded;
  const { libssl, libcrypto } = platform();
  const what = 'OpenSSL 3 for "wss:"';
  const crypto = openLibrary(libcrypto, cryptoSignatures, what);
  // The first call of all: the first one decides. Both cleaning up freed the same memory twice now and then.
  crypto.OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, null);
  loaded = { ...crypto, ...openLibrary(libssl, sslSignatures, what) };
  return loaded;
}

/** Text as C has it: UTF-8 and a NUL. */
export function cString(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${text}\0`);
}

/** A queue of bytes in native memory. */
export function newMemoryBio(): Pointer {
  const { BIO_new, BIO_s_mem } = openssl();
  const bio = BIO_new(BIO_s_mem());
  if (!bio) throw new RangeError("OpenSSL has no memory");
  return bio;
}
