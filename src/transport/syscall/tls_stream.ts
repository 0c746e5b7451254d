import { OpenSslError } from "./openssl_error.ts";
import { END, type PolledStream, WOULD_BLOCK } from "./polled_stream.ts";
import { receiveMemory } from "./receive_buffer.ts";
import type { NativeBuffer } from "./native_buffer.ts";
import { SocketWait } from "./socket_wait.ts";
import type { Steps } from "./steps.ts";
import type { SyscallSocket } from "./syscall_socket.ts";
import type { TlsSession } from "./tls_session.ts";
import type { WakeUp } from "./wake_up.ts";

const nothing = new Uint8Array(0);

/** What cipher text travels by: a socket, or a tunnel within another TLS. */
export interface CipherCarrier extends Pick<SyscallSocket, "receive" | "send" | "shutdown" | "close"> {
  wait(timeoutMs: number, forWrite: boolean, wakeUp: WakeUp | undefined): boolean;
}

/** TLS over a connected socket. */
export class TlsStream implements PolledStream {
  readonly socket: SyscallSocket;
  readonly #session: TlsSession;
  readonly #carrier: Omit<CipherCarrier, "wait">;
  readonly #waiting: Pick<CipherCarrier, "wait">;
  readonly #into: NativeBuffer = receiveMemory();
  /** Cipher text that the socket has not taken, or only the beginning of. */
  #unsent: Uint8Array = nothing;
  /** How much of `#unsent` the socket has taken. */
  #sent = 0;
  /** How many bytes of plain text are in `#unsent`: encrypted, but not yet told as taken. */
  #owed = 0;
  /** Cipher text may be there that was received and not decrypted. */
  #hasInput = false;
  /** The peer has sent close_notify. */
  #ended = false;
  #shutDown = false;
  /** FIN is to follow `#unsent`. */
  #finWanted = false;
  #closed = false;

  /** Takes the socket and the session over; and the carrier, where cipher text does not go by the socket itself. */
  constructor(socket: SyscallSocket, session: TlsSession, carrier?: CipherCarrier) {
    this.socket = socket;
    this.#session = session;
    this.#carrier = carrier ?? socket;
    this.#waiting = carrier ?? new SocketWait(socket);
  }

  /** The peer's certificate in DER, once the handshake is done. */
  get certificate(): Uint8Array | undefined {
    this.socket.requireFd();
    return this.#session.certificate;
  }

  /** What ALPN settled on. */
  get protocol(): string | undefined {
    this.socket.requireFd();
    return this.#session.protocol;
  }

  /** The handshake. Throws an error of OpenSSL or of the socket; `expired` makes the one for the deadline. */
  *handshake(deadline: number, expired: () => Error): Steps<void> {
    const waiting = this.#waiting;
    while (!this.#advance()) {
      for (;;) {
        if (performance.now() >= deadline) throw expired();
        const count = this.#receive();
        if (count > 0) break;
        if (count === END) {
          throw new OpenSslError("ERR_SSL_UNEXPECTED_EOF", "end of file during the handshake");
        }
        const forWrite = this.#unsent.length > 0;
        yield { until: deadline, wait: (timeoutMs) => waiting.wait(timeoutMs, forWrite, undefined) };
        if (forWrite) this.#flush();
      }
    }
    this.#hasInput = this.#session.hasInput;
  }

  read(into: NativeBuffer = this.#into): number {
    this.socket.requireFd();
    if (this.#unsent.length > 0) this.#flush();
    if (this.#ended) return END;
    for (;;) {
      if (this.#hasInput) {
        const count = this.#decrypt(into);
        if (count !== WOULD_BLOCK) return count;
      }
      const count = this.#receive();
      if (count <= 0) return count;
    }
  }

  write(bytes: Uint8Array, start: number, end: number): number {
    this.socket.requireFd();
    if (!this.#flush()) return 0;
    let at = start + this.#owed;
    if (at > end) throw new RangeError(`write: ${this.#owed} bytes are owed, ${end - start} are offered`);
    this.#owed = 0;
    while (at < end) {
      const count = this.#session.encrypt(bytes, at, end);
      if (!this.#flush()) {
        this.#owed = count;
        break;
      }
      at += count;
    }
    return at - start;
  }

  wait(timeoutMs: number, forWrite: boolean = false, wakeUp?: WakeUp): boolean {
    this.socket.requireFd();
    if (this.#hasInput) return true;
    return this.#waiting.wait(timeoutMs, forWrite || this.#unsent.length > 0, wakeUp);
  }

  shutdown(): void {
    this.socket.requireFd();
    if (this.#shutDown) return;
    this.#shutDown = true;
    this.#session.shutdown();
    this.#finWanted = true;
    this.#flushQuietly();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#session.free();
    this.#carrier.close();
  }

  #advance(): boolean {
    let done: boolean;
    try {
      done = this.#session.handshake();
    } catch (error) {
      this.#flushQuietly();
      throw error;
    }
    this.#flush();
    return done;
  }

  /** Receives cipher text. Answers as `read` does. */
  #receive(): number {
    const count = this.#carrier.receive(this.#session.incoming);
    if (count <= 0) return count;
    this.#session.feed(count);
    this.#hasInput = true;
    return count;
  }

  #decrypt(into: NativeBuffer): number {
    let count: number;
    try {
      count = this.#session.decrypt(into);
    } catch (error) {
      // The alert that tells the peer why.
      this.#flushQuietly();
      throw error;
    }
    if (count > 0) {
      this.#hasInput = this.#session.hasInput;
      return count;
    }
    this.#hasInput = false;
    this.#ended = count === END;
    // The answer to a key update.
    this.#flush();
    return count;
  }

  /** Sends the cipher text that there is. Answers whether all of it has gone. */
  #flush(): boolean {
    if (this.#unsent.length > 0) {
      this.#sent += this.#carrier.send(this.#unsent, this.#sent, this.#unsent.length);
      if (this.#sent < this.#unsent.length) return false;
      this.#unsent = nothing;
    }
    const outgoing = this.#session.outgoing.bytes;
    for (let count = this.#session.drain(); count > 0; count = this.#session.drain()) {
      const sent = this.#carrier.send(outgoing, 0, count);
      if (sent === count) continue;
      this.#unsent = outgoing.slice(sent, count);
      this.#sent = 0;
      return false;
    }
    if (this.#finWanted) this.#carrier.shutdown();
    this.#finWanted = false;
    return true;
  }

  /** For last words: a connection that cannot take them any more shows in the next read. */
  #flushQuietly(): void {
    try {
      this.#flush();
    } catch { /* see above */ }
  }
}
