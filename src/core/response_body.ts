import { ByteCollector } from "./byte_collector.ts";

/** How the end of a response's body is found (RFC 9112 §6.3). */
export type BodyFraming = { readonly length: number } | "chunked" | "untilClose";

// A chunk's size line, with room for extensions; longer ones end the body.
const maxChunkLine = 256;

/**
 * The body of a response that did not open the WebSocket: as much as fits under the limit, for the user to
 * read. Nothing is wrong enough here to hide the status from the user: a malformed body just ends.
 */
export class ResponseBody {
  readonly #limit: number;
  readonly #chunked: boolean;
  readonly #collected = new ByteCollector();
  /** Bytes of data before the next piece of framing, or before the end. */
  #remaining: number;
  #line = "";
  /** Of a chunked body: the last chunk has come, or something that is none. */
  #ended = false;

  constructor(framing: BodyFraming, limit: number) {
    this.#limit = limit;
    this.#chunked = framing === "chunked";
    this.#remaining = framing === "chunked" ? 0 : framing === "untilClose" ? Infinity : framing.length;
  }

  /** Nothing more is wanted: the body has ended, or as much as the limit allows is there. */
  get complete(): boolean {
    if (this.#collected.length >= this.#limit) return true;
    return this.#chunked ? this.#ended : this.#remaining === 0;
  }

  /** A copy of what has been collected. */
  bytes(): Uint8Array {
    return this.#collected.view().slice();
  }

  /** Takes bytes until complete; answers how many. */
  receive(bytes: Uint8Array): number {
    let at = 0;
    while (at < bytes.length && !this.complete) {
      if (this.#remaining > 0) at += this.#receiveData(bytes.subarray(at));
      else this.#receiveFraming(bytes[at++]);
    }
    return at;
  }

  #receiveData(bytes: Uint8Array): number {
    const taken = Math.min(bytes.length, this.#remaining, this.#limit - this.#collected.length);
    this.#collected.append(bytes.subarray(0, taken));
    this.#remaining -= taken;
    return taken;
  }

  #receiveFraming(byte: number): void {
    this.#line += String.fromCharCode(byte);
    if (this.#line.length > maxChunkLine) this.#ended = true;
    if (byte !== 0x0a) return;
    // The line break after a chunk's data is read together with the next size.
    if (this.#line === "\r\n" && this.#collected.length > 0) return;
    const size = /^(?:\r\n)?([0-9A-Fa-f]{1,8})[\t ]*(?:;.*)?\r\n$/.exec(this.#line)?.[1];
    this.#remaining = size === undefined ? 0 : parseInt(size, 16);
    // What follows the last chunk (trailers) is of no use: the connection is given up.
    this.#ended ||= this.#remaining === 0;
    this.#line = "";
  }
}
