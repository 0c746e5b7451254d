import type { Socket } from "node:net";
import { applyMask, concat } from "./frames.ts";
import { answerTo, type HandshakeAnswer, type HandshakeRequest, parseRequest } from "./raw_server_http.ts";

/**
 * How long any wait may take, in milliseconds. Below the five seconds that `bun test` gives a test, so
 * that the error which says what was waited for comes first.
 */
export const defaultLimit = 4000;

/** A frame that the client sent, unmasked. */
export interface ClientFrame {
  readonly fin: boolean;
  /** RSV1 (4), RSV2 (2), RSV3 (1). */
  readonly rsv: number;
  readonly opcode: number;
  readonly mask: Uint8Array;
  readonly payload: Uint8Array;
  /** The payload as UTF-8; throws if it is not. */
  readonly text: string;
  /** Of a Close frame with a body: its code and reason. */
  readonly close: { readonly code: number; readonly reason: string } | undefined;
}

/** How long a wait may take. */
export interface WaitOptions {
  /** Milliseconds. Default: {@linkcode defaultLimit}. */
  limit?: number;
}

/** How bytes leave. */
export interface SendOptions extends WaitOptions {
  /** Pieces to send one at a time: the size of each (1: byte by byte), or the offsets to cut at. */
  splits?: number | readonly number[];
}

/** What a {@linkcode RawPeer} is told beside its socket. */
export interface RawPeerOptions extends WaitOptions {
  /** The TCP socket below a TLS one. */
  wire?: Socket;
}

/** The server's end of one connection, moved by hand. Every wait is bounded and says what it waited for. */
export class RawPeer {
  readonly #socket: Socket;
  readonly #wire: Socket;
  readonly #limit: number;
  #chunks: Uint8Array[] = [];
  #received = 0;
  #ending: "fin" | "reset" | undefined;
  #gone = false;
  #error: unknown;
  readonly #wakers = new Set<() => void>();

  /** The socket must not have been read from yet. */
  constructor(socket: Socket, { limit = defaultLimit, wire = socket }: RawPeerOptions = {}) {
    this.#socket = socket;
    this.#wire = wire;
    this.#limit = limit;
    socket.setNoDelay(true);
    socket.on("data", (chunk: Uint8Array) => {
      // A plain Uint8Array: that the runtime hands over a Buffer is none of a test's business.
      this.#chunks.push(new Uint8Array(chunk));
      this.#received += chunk.length;
      this.#wake();
    });
    socket.on("end", () => this.#finish("fin"));
    socket.on("error", (error) => {
      this.#error = error;
      this.#finish("reset");
    });
    socket.on("close", () => {
      this.#gone = true;
      this.#finish("reset");
    });
  }

  /** The socket itself. */
  get socket(): Socket {
    return this.#socket;
  }

  /** How many bytes have arrived and have not been read. */
  get buffered(): number {
    return this.#received;
  }

  /** Reads the client's request up to the empty line; what follows stays to be read. */
  async readRequest(options: WaitOptions = {}): Promise<HandshakeRequest> {
    const bytes = await this.readUntil("\r\n\r\n", options);
    return parseRequest(new TextDecoder().decode(bytes));
  }

  /** Reads the request and answers it: a right 101, unless `answer` says otherwise. */
  async handshake(answer: HandshakeAnswer & SendOptions = {}): Promise<HandshakeRequest> {
    const request = await this.readRequest(answer);
    await this.send(answerTo(request, answer), answer);
    return request;
  }

  /** Reads exactly `length` bytes. */
  async read(length: number, options: WaitOptions = {}): Promise<Uint8Array> {
    await this.#until(`${length} bytes`, () => this.#received >= length, options);
    return this.#take(length);
  }

  /** Reads up to and including `mark`. */
  async readUntil(mark: string, options: WaitOptions = {}): Promise<Uint8Array> {
    const wanted = new TextEncoder().encode(mark);
    let end = -1;
    await this.#until(JSON.stringify(mark), () => (end = indexOf(this.#joined(), wanted)) >= 0, options);
    return this.#take(end + wanted.length);
  }

  /**
   * Reads one frame (RFC 6455 §5.2), checks what a client must do (the MASK bit, the shortest length) and
   * unmasks it.
   */
  async readFrame(options: WaitOptions = {}): Promise<ClientFrame> {
    const [first, second] = await this.#part(2, options) as unknown as [number, number];
    if ((second & 0x80) === 0) throw new Error("Reading a frame: the client did not mask it");
    const length = await this.#readLength(second & 0x7f, options);
    const mask = await this.#part(4, options);
    const payload = applyMask(await this.#part(length, options), mask);
    const decode = (bytes: Uint8Array) =>
      new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    const opcode = first & 0x0f;
    return {
      fin: (first & 0x80) !== 0,
      rsv: (first >> 4) & 7,
      opcode,
      mask,
      payload,
      get text(): string {
        return decode(payload);
      },
      get close() {
        if (opcode !== 8 || payload.length < 2) return undefined;
        return { code: payload[0]! << 8 | payload[1]!, reason: decode(payload.subarray(2)) };
      },
    };
  }

  /** Writes, and resolves when the system has taken the bytes. */
  async send(bytes: Uint8Array | string, { splits, limit }: SendOptions = {}): Promise<void> {
    for (const piece of cut(concat(bytes), splits)) {
      let written = false;
      this.#socket.write(piece, (error) => {
        if (!error) written = true;
        this.#wake();
      });
      await this.#settled(`the client to take ${piece.length} bytes`, { limit }, () => {
        if (written) return true;
        if (this.#gone || this.#ending === "reset") throw this.#lost(`sending ${piece.length} bytes`);
        return false;
      });
      // A turn of the loop between the pieces lets the client read them one by one.
      if (splits !== undefined) await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** How the client ended the connection. Not seen while reading is paused. */
  async closed(options: WaitOptions = {}): Promise<"fin" | "reset"> {
    await this.#settled("the client to close the connection", options, () => this.#ending !== undefined);
    return this.#ending!;
  }

  /** Sends FIN (over TLS, close_notify before it) after what was sent; reading goes on. */
  async end(options: WaitOptions = {}): Promise<void> {
    let finished = false;
    this.#socket.end(() => {
      finished = true;
      this.#wake();
    });
    await this.#settled("FIN to be sent", options, () => finished || this.#gone);
  }

  /** Drops the connection with RST. Over TLS in Deno, which cannot, it is FIN without close_notify. */
  reset(): void {
    this.#wire.resetAndDestroy();
  }

  /** Drops the connection, with whatever the system makes of it. */
  destroy(): void {
    this.#socket.destroy();
  }

  /** Stops reading: what the client sends fills its own buffers. */
  pause(): void {
    this.#socket.pause();
  }

  /** Reads on. */
  resume(): void {
    this.#socket.resume();
  }

  async #readLength(inSecondByte: number, options: WaitOptions): Promise<number> {
    if (inSecondByte < 126) return inSecondByte;
    const size = inSecondByte === 126 ? 2 : 8;
    const bytes = await this.#part(size, options);
    const length = bytes.reduce((value, byte) => value * 256 + byte, 0);
    if (length < (size === 2 ? 126 : 65536)) {
      throw new Error(`Reading a frame: length ${length} written in ${size * 8} bits`);
    }
    return length;
  }

  async #part(length: number, options: WaitOptions): Promise<Uint8Array> {
    await this.#until("a whole frame", () => this.#received >= length, options);
    return this.#take(length);
  }

  /** Waits for incoming bytes: more of them may come only as long as the client has not closed. */
  #until(what: string, done: () => boolean, options: WaitOptions): Promise<void> {
    return this.#settled(what, options, () => {
      if (done()) return true;
      if (this.#ending !== undefined) throw this.#lost(`waiting for ${what}`);
      return false;
    });
  }

  async #settled(what: string, { limit = this.#limit }: WaitOptions, done: () => boolean): Promise<void> {
    let expired = false;
    const timer = setTimeout(() => {
      expired = true;
      this.#wake();
    }, limit);
    try {
      while (!done()) {
        if (expired) {
          throw new Error(`Waited ${limit} ms for ${what}; ${this.#received} unread bytes are here`);
        }
        await new Promise<void>((resolve) => this.#wakers.add(resolve));
      }
    } finally {
      clearTimeout(timer);
    }
  }

  #wake(): void {
    const wakers = [...this.#wakers];
    this.#wakers.clear();
    for (const wake of wakers) wake();
  }

  #finish(how: "fin" | "reset"): void {
    this.#ending ??= how;
    this.#wake();
  }

  #lost(doing: string): Error {
    const how = this.#ending === "fin" ? "sent FIN" : "is gone";
    return new Error(`The client ${how} while ${doing}; ${this.#received} unread bytes are here`, {
      cause: this.#error,
    });
  }

  #joined(): Uint8Array {
    if (this.#chunks.length > 1) this.#chunks = [concat(...this.#chunks)];
    return this.#chunks[0] ?? new Uint8Array(0);
  }

  #take(length: number): Uint8Array {
    const joined = this.#joined();
    this.#chunks = joined.length > length ? [joined.subarray(length)] : [];
    this.#received -= length;
    return joined.slice(0, length);
  }
}

function indexOf(bytes: Uint8Array, wanted: Uint8Array): number {
  for (let start = bytes.indexOf(wanted[0]!); start >= 0; start = bytes.indexOf(wanted[0]!, start + 1)) {
    if (wanted.every((byte, index) => bytes[start + index] === byte)) return start;
  }
  return -1;
}

function cut(bytes: Uint8Array, splits: number | readonly number[] | undefined): Uint8Array[] {
  if (splits === undefined) return [bytes];
  const offsets = typeof splits === "number"
    ? Array.from({ length: Math.ceil(bytes.length / splits) }, (_, index) => index * splits).slice(1)
    : splits;
  return [...offsets, bytes.length].map((end, index) => bytes.subarray(offsets[index - 1] ?? 0, end));
}
