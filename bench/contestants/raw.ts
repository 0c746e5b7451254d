import { setImmediate as turn } from "node:timers/promises";
import { repeatFrame } from "../server/frames.ts";
import { type Connection, HIGH_WATER_MARK, type Receiver } from "./contestant.ts";
import { openRawSocket, type RawSocket } from "./raw_socket.ts";

/**
 * The floor: the runtime's TCP, a decoder that trusts the server and checks nothing, and frames masked
 * beforehand. No client can be better; a benchmark in which this is slow measures the server.
 */
export function connect(url: string, receiver: Receiver): Promise<Connection> {
  return connectRaw(url, receiver, openRawSocket);
}

/** The same over any socket. */
export async function connectRaw(
  url: string,
  receiver: Receiver,
  openSocket: typeof openRawSocket,
): Promise<Connection> {
  const { port, pathname, search } = new URL(url);
  const opened = Promise.withResolvers<void>();
  const frames = new FrameWalker(receiver);
  let onData = (bytes: Uint8Array): void => {
    // The server sends its answer in one write, and nothing cuts it on loopback.
    const end = new TextDecoder("latin1").decode(bytes).indexOf("\r\n\r\n") + 4;
    onData = (bytes) => frames.push(bytes);
    if (end < bytes.length) frames.push(bytes.subarray(end));
    opened.resolve();
  };
  const socket = await openSocket(Number(port), (bytes) => onData(bytes));
  socket.write(
    new TextEncoder().encode(
      `GET ${pathname}${search} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\n` +
        "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: c2lsdmVyOS1iZW5jaC0tLQ==\r\n\r\n",
    ),
  );
  await opened.promise;
  return new RawConnection(socket);
}

const NOTHING = new Uint8Array(0);

/** Larger messages that came in several chunks are not put together: their last part is handed over. */
const MAX_JOINED = 4096;

/** Finds the end of each frame. */
class FrameWalker {
  readonly #deliver: (bytes: Uint8Array, start: number, end: number) => void;
  /** Bytes up to the end of the frame in progress. */
  #missing = 0;
  #cutHeader = NOTHING;
  #cutPayload = NOTHING;

  constructor(receiver: Receiver) {
    const decoder = new TextDecoder();
    switch (receiver.wants) {
      case "arrival":
        this.#deliver = () => receiver.onMessage();
        break;
      case "bytes":
        this.#deliver = (bytes, start, end) => receiver.onMessage(bytes, start, end);
        break;
      case "text":
        this.#deliver = (bytes, start, end) => receiver.onMessage(decoder.decode(bytes.subarray(start, end)));
        break;
    }
  }

  push(chunk: Uint8Array): void {
    const bytes = this.#cutHeader.length === 0 ? chunk : concatenate(this.#cutHeader, chunk);
    this.#cutHeader = NOTHING;
    const end = bytes.length;
    let at = 0;
    if (this.#missing > 0) {
      at = Math.min(this.#missing, end);
      this.#missing -= at;
      if (this.#missing > 0) return;
      this.#deliverCut(bytes.subarray(0, at));
    }
    while (at < end) {
      const code = end - at >= 2 ? bytes[at + 1] : 127;
      const header = code < 126 ? 2 : code === 126 ? 4 : 10;
      if (at + header > end) {
        this.#cutHeader = bytes.slice(at);
        return;
      }
      const start = at + header;
      const length = payloadLength(bytes, at, code);
      at = start + length;
      if (at > end) {
        this.#missing = at - end;
        if (length <= MAX_JOINED) this.#cutPayload = bytes.slice(start);
        return;
      }
      this.#deliver(bytes, start, at);
    }
  }

  #deliverCut(rest: Uint8Array): void {
    const payload = this.#cutPayload.length === 0 ? rest : concatenate(this.#cutPayload, rest);
    this.#cutPayload = NOTHING;
    this.#deliver(payload, 0, payload.length);
  }
}

function payloadLength(bytes: Uint8Array, at: number, code: number): number {
  if (code < 126) return code;
  if (code === 126) return (bytes[at + 2] << 8) | bytes[at + 3];
  return new DataView(bytes.buffer, bytes.byteOffset + at).getUint32(6);
}

function concatenate(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

class RawConnection implements Connection {
  readonly #socket: RawSocket;
  #frame = NOTHING;
  #batch = NOTHING;

  constructor(socket: RawSocket) {
    this.#socket = socket;
  }

  get bufferedAmount(): number {
    return this.#socket.backlog;
  }

  send(data: Uint8Array): void {
    if (this.#frame.length === 0) this.#frame = maskedFrame(2, data);
    this.#socket.write(this.#frame);
  }

  sendMany(data: Uint8Array, count: number): void {
    if (this.#batch.length === 0) {
      const frame = maskedFrame(2, data);
      this.#batch = repeatFrame(frame, count * frame.length);
    }
    this.#socket.write(this.#batch);
  }

  sendText(text: string): void {
    this.#socket.write(maskedFrame(1, new TextEncoder().encode(text)));
  }

  async drained(): Promise<void> {
    while (this.#socket.backlog > HIGH_WATER_MARK) await turn();
  }

  close(): void {
    this.#socket.close?.();
  }

  leave(): void {
    this.#socket.leave?.();
  }
}

/** A masked frame. The mask is zero, and the payload therefore itself. */
function maskedFrame(opcode: number, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const header = payload.length < 126 ? 6 : payload.length < 65536 ? 8 : 14;
  const frame = new Uint8Array(header + payload.length);
  frame[0] = 0x80 | opcode;
  frame[1] = 0x80 | (header === 6 ? payload.length : header === 8 ? 126 : 127);
  const view = new DataView(frame.buffer);
  if (header === 8) view.setUint16(2, payload.length);
  if (header === 14) view.setBigUint64(2, BigInt(payload.length));
  frame.set(payload, header);
  return frame;
}
