/** Frames as the benchmark server needs them: built once beforehand, and counted without being copied. */

/** What every byte of a binary payload is. */
export const PAYLOAD_BYTE = 7;

/** One unmasked frame, as a server sends it. */
export function serverFrame(opcode: number, payload: Uint8Array): Uint8Array {
  const headerLength = payload.length < 126 ? 2 : payload.length < 65536 ? 4 : 10;
  const frame = new Uint8Array(headerLength + payload.length);
  const view = new DataView(frame.buffer);
  frame[0] = 0x80 | opcode;
  if (headerLength === 2) frame[1] = payload.length;
  else if (headerLength === 4) {
    frame[1] = 126;
    view.setUint16(2, payload.length);
  } else {
    frame[1] = 127;
    view.setBigUint64(2, BigInt(payload.length));
  }
  frame.set(payload, headerLength);
  return frame;
}

/** As many copies of `frame` as fit in `limit` bytes, one at least. */
export function repeatFrame(frame: Uint8Array, limit: number): Uint8Array<ArrayBuffer> {
  const count = Math.max(1, Math.floor(limit / frame.length));
  const copies = new Uint8Array(count * frame.length);
  for (let i = 0; i < count; i++) copies.set(frame, i * frame.length);
  return copies;
}

/** Printable text of `size` bytes. */
export function textPayload(size: number): Uint8Array {
  const line = '{"symbol":"BTC-USD","bid":"64012.50","ask":"64012.75","sequence":184467},';
  return new TextEncoder().encode(line.repeat(Math.ceil(size / line.length)).slice(0, size));
}

const MAX_HEADER = 14;

/** Counts the complete frames of a stream of masked frames; payloads are stepped over. */
export class FrameCounter {
  /** Binary frames seen since the start. */
  binary = 0;
  /** Text frames seen since the start: in these benchmarks, questions to the server. */
  text = 0;
  /** A Close frame was seen. */
  closing = false;
  #opcode = 0;
  /** Payload bytes of the frame in progress that have not come yet. */
  #missing = 0;
  readonly #header = new Uint8Array(MAX_HEADER);
  /** Bytes of a header that was cut by the end of a chunk. */
  #headerLength = 0;

  /** Steps over `bytes`. */
  push(bytes: Uint8Array): void {
    const end = bytes.length;
    let at = 0;
    while (this.#headerLength > 0 && at < end) {
      this.#header[this.#headerLength++] = bytes[at++];
      if (this.#headerLength < headerSize(this.#header, 0, this.#headerLength)) continue;
      at += this.#enter(this.#header, 0, end - at);
      this.#headerLength = 0;
    }
    if (this.#missing > 0) {
      const taken = Math.min(this.#missing, end - at);
      this.#missing -= taken;
      at += taken;
      if (this.#missing > 0) return;
      this.#count();
    }
    while (at < end) {
      const size = headerSize(bytes, at, end - at);
      if (size > end - at) {
        this.#header.set(bytes.subarray(at));
        this.#headerLength = end - at;
        return;
      }
      at += size + this.#enter(bytes, at, end - at - size);
    }
  }

  /** Begins the frame whose header is at `at`; answers how many of `available` bytes are its payload. */
  #enter(bytes: Uint8Array, at: number, available: number): number {
    const length = payloadLength(bytes, at);
    this.#opcode = bytes[at] & 0x0f;
    if (length <= available) {
      this.#count();
      return length;
    }
    this.#missing = length - available;
    return available;
  }

  #count(): void {
    if (this.#opcode === 2) this.binary++;
    else if (this.#opcode === 1) this.text++;
    else if (this.#opcode === 8) this.closing = true;
  }
}

/** The length of the header at `at`; more than `available` while that is not known to be all there. */
function headerSize(bytes: Uint8Array, at: number, available: number): number {
  if (available < 2) return MAX_HEADER;
  const code = bytes[at + 1];
  const mask = (code & 0x80) >> 5;
  const short = code & 0x7f;
  return mask + (short < 126 ? 2 : short === 126 ? 4 : 10);
}

function payloadLength(bytes: Uint8Array, at: number): number {
  const short = bytes[at + 1] & 0x7f;
  if (short < 126) return short;
  if (short === 126) return (bytes[at + 2] << 8) | bytes[at + 3];
  return new DataView(bytes.buffer, bytes.byteOffset + at).getUint32(6);
}
