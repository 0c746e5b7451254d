import { isIP } from "node:net";
import type { TlsSettings } from "../tls_settings.ts";
import type { Pointer } from "./ffi.ts";
import { checkRange, lengthOf, type NativeBuffer, nativeBuffer } from "./native_buffer.ts";
import { loadFfi } from "./load_ffi.ts";
import { cString, newMemoryBio, type OpenSsl, openssl } from "./openssl.ts";
import { OpenSslError, takeOpenSslError, verifyError } from "./openssl_error.ts";
import { pointerInto } from "./place.ts";
import { END, WOULD_BLOCK } from "./polled_stream.ts";

const SSL_ERROR_WANT_READ = 2;
const SSL_ERROR_ZERO_RETURN = 6;
const SSL_CTRL_SET_TLSEXT_HOSTNAME = 55;
const TLSEXT_NAMETYPE_host_name = 0;
const X509_V_OK = 0;
const X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS = 0x4;
const X509_CHECK_FLAG_NEVER_CHECK_SUBJECT = 0x20;

/** The most bytes of plain text to encrypt at once: four records. */
const mostPlain = 64 * 1024;

/** What sessions take in and give out. */
interface Buffers {
  readonly incoming: NativeBuffer;
  readonly outgoing: NativeBuffer;
}

/** This thread's, for all its sessions: never more than one at a time, but within each there can be another one. */
const buffers: Buffers[] = [];

function buffersAt(depth: number): Buffers {
  return buffers[depth] ??= {
    incoming: nativeBuffer(new Uint8Array(new ArrayBuffer(64 * 1024))),
    outgoing: nativeBuffer(new Uint8Array(new ArrayBuffer(2 * mostPlain))),
  };
}

/**
 * TLS without a socket: cipher text in and out by memory, an `SSL` of OpenSSL between. Not over OpenSSL's own
 * socket calls, which could raise SIGPIPE and make two system calls for each record.
 */
export class TlsSession {
  /** Where to put cipher text for {@linkcode feed}. Shared by all sessions of a thread at the same depth. */
  readonly incoming: NativeBuffer;
  /** Where {@linkcode drain} puts cipher text. Shared likewise. */
  readonly outgoing: NativeBuffer;
  readonly #openssl: OpenSsl = openssl();
  readonly #ssl: Pointer;
  readonly #input: Pointer;
  readonly #output: Pointer;
  #established = false;
  #failed = false;

  /** A client's session from an `SSL_CTX`; `depth` is 1 within another one's. Throws an {@linkcode OpenSslError}. */
  constructor(context: Pointer, settings: TlsSettings, depth: 0 | 1 = 0) {
    ({ incoming: this.incoming, outgoing: this.outgoing } = buffersAt(depth));
    const ssl = this.#openssl.SSL_new(context);
    if (!ssl) throw takeOpenSslError("making a TLS session");
    this.#ssl = ssl;
    this.#input = newMemoryBio();
    this.#output = newMemoryBio();
    // From here on they are freed with the session.
    this.#openssl.SSL_set_bio(ssl, this.#input, this.#output);
    this.#openssl.SSL_set_connect_state(ssl);
    try {
      this.#configure(settings);
    } catch (error) {
      this.free();
      throw error;
    }
  }

  #configure({ identity, serverName, alpnProtocols, verify }: TlsSettings): void {
    const ssl = this.#openssl;
    const set = (done: boolean, what: string): void => {
      if (!done) throw takeOpenSslError(`setting ${what}`);
    };
    ssl.ERR_clear_error();
    if (serverName !== undefined) {
      const name = cString(serverName);
      const command = SSL_CTRL_SET_TLSEXT_HOSTNAME;
      set(ssl.SSL_ctrl(this.#ssl, command, TLSEXT_NAMETYPE_host_name, name) === 1, "the server name");
    }
    if (alpnProtocols.length > 0) {
      const list = alpnList(alpnProtocols);
      // Zero is success, of all things.
      set(ssl.SSL_set_alpn_protos(this.#ssl, list, list.length) === 0, "the ALPN protocols");
    }
    if (!verify) return;
    const parameters = ssl.SSL_get0_param(this.#ssl);
    const name = cString(identity);
    if (isIP(identity) !== 0) {
      set(ssl.X509_VERIFY_PARAM_set1_ip_asc(parameters, name) === 1, "the address to verify");
    } else {
      // RFC 6125 §6.4: no "w*.example", and no common name in place of a subjectAltName.
      const flags = X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT;
      ssl.X509_VERIFY_PARAM_set_hostflags(parameters, flags);
      set(ssl.X509_VERIFY_PARAM_set1_host(parameters, name, name.length - 1) === 1, "the name to verify");
    }
  }

  /** Goes on with the handshake. Answers whether it is done; if not, it needs input. Output may be there. */
  handshake(): boolean {
    this.#openssl.ERR_clear_error();
    const result = this.#openssl.SSL_do_handshake(this.#ssl);
    if (result === 1) {
      this.#established = true;
      return true;
    }
    if (this.#openssl.SSL_get_error(this.#ssl, result) === SSL_ERROR_WANT_READ) return false;
    this.#failed = true;
    const verified = this.#openssl.SSL_get_verify_result(this.#ssl);
    const error = takeOpenSslError("SSL_do_handshake");
    throw error.code === "ERR_SSL_CERTIFICATE_VERIFY_FAILED" && verified !== X509_V_OK
      ? verifyError(verified)
      : error;
  }

  /** Takes the first `count` bytes of `incoming`. */
  feed(count: number): void {
    this.#openssl.BIO_write(this.#input, this.incoming.pointer, count);
  }

  /** Whether cipher text was fed that `decrypt` has not looked at. */
  get hasInput(): boolean {
    return this.#openssl.BIO_ctrl_pending(this.#input) > 0;
  }

  /**
   * Decrypts what was fed into a buffer, a record at most. Answers the number of bytes; WOULD_BLOCK when more
   * cipher text is needed; END after the peer's close_notify.
   */
  decrypt(into: NativeBuffer): number {
    // Whatever else uses OpenSSL on this thread may have left errors, which SSL_get_error would take for ours.
    this.#openssl.ERR_clear_error();
    const count = this.#openssl.SSL_read(this.#ssl, into.pointer, lengthOf(into));
    if (count > 0) return count;
    const error = this.#openssl.SSL_get_error(this.#ssl, count);
    if (error === SSL_ERROR_WANT_READ) return WOULD_BLOCK;
    if (error === SSL_ERROR_ZERO_RETURN) return END;
    this.#failed = true;
    throw takeOpenSslError("SSL_read");
  }

  /** Encrypts from `bytes[start, end)`, and answers how many. */
  encrypt(bytes: Uint8Array, start: number, end: number): number {
    checkRange(bytes, start, end);
    const length = Math.min(end - start, mostPlain);
    this.#openssl.ERR_clear_error();
    const count = this.#openssl.SSL_write(this.#ssl, pointerInto(bytes, start), length);
    if (count > 0) return count;
    this.#failed = true;
    throw takeOpenSslError("SSL_write");
  }

  /** Moves cipher text that is to be sent into `outgoing`. Answers the number of bytes. */
  drain(): number {
    if (this.#openssl.BIO_ctrl_pending(this.#output) === 0) return 0;
    return this.#openssl.BIO_read(this.#output, this.outgoing.pointer, this.outgoing.bytes.length);
  }

  /** Adds close_notify to the output, if the session still can. */
  shutdown(): void {
    if (!this.#established || this.#failed) return;
    this.#openssl.ERR_clear_error();
    this.#openssl.SSL_shutdown(this.#ssl);
  }

  /** The protocol that ALPN settled on. */
  get protocol(): string | undefined {
    const pointer = new BigUint64Array(new ArrayBuffer(8));
    const length = new Uint32Array(new ArrayBuffer(4));
    const bytes = (memory: ArrayBuffer): Uint8Array => new Uint8Array(memory);
    this.#openssl.SSL_get0_alpn_selected(this.#ssl, bytes(pointer.buffer), bytes(length.buffer));
    const name = loadFfi().pointer(pointer[0]);
    return name ? new TextDecoder().decode(loadFfi().memory(name, length[0])) : undefined;
  }

  /** The peer's certificate in DER; `undefined` before the handshake is done. */
  get certificate(): Uint8Array | undefined {
    const ssl = this.#openssl;
    const certificate = ssl.SSL_get1_peer_certificate(this.#ssl);
    if (!certificate) return undefined;
    const bio = newMemoryBio();
    try {
      ssl.i2d_X509_bio(bio, certificate);
      const der = nativeBuffer(new Uint8Array(new ArrayBuffer(ssl.BIO_ctrl_pending(bio))));
      ssl.BIO_read(bio, der.pointer, der.bytes.length);
      return der.bytes;
    } finally {
      ssl.BIO_free(bio);
      ssl.X509_free(certificate);
    }
  }

  /** Frees it: the last call, and only once. */
  free(): void {
    this.#openssl.SSL_free(this.#ssl);
  }
}

/** RFC 7301 §3.1: each name behind its length. */
function alpnList(protocols: readonly string[]): Uint8Array {
  const names = protocols.map((protocol) => new TextEncoder().encode(protocol));
  const invalid = names.findIndex(({ length }) => length === 0 || length > 255);
  if (invalid >= 0) throw new OpenSslError("ERR_TLS_ALPN", `not an ALPN protocol: "${protocols[invalid]}"`);
  return new Uint8Array(names.flatMap((name) => [name.length, ...name]));
}
