import { createHash } from "node:crypto";
import type { ByteStream, ByteStreamSink, Transport } from "../src/transport/transport.ts";

/** A transport without a socket: it accepts the handshake, swallows what is written, and delivers on call. */
export class NullTransport implements Transport {
  readonly name = "null";
  readonly unsupported = [];
  /** The stream opened last. */
  stream = new NullStream();

  connect(): Promise<ByteStream> {
    return Promise.resolve(this.stream = new NullStream());
  }
}

class NullStream implements ByteStream {
  readonly socket = undefined;
  readonly unsent = 0;
  #sink: ByteStreamSink | undefined;
  #request = "";
  #requested = false;

  /** Delivers bytes as if they had just arrived. */
  deliver(bytes: Uint8Array): void {
    this.#sink?.onData(bytes);
  }

  attach(sink: ByteStreamSink): void {
    this.#sink = sink;
  }

  write(bytes: Uint8Array, start: number, end: number): boolean {
    if (this.#requested) return true;
    this.#request += new TextDecoder().decode(bytes.subarray(start, end));
    this.#requested = this.#request.endsWith("\r\n\r\n");
    if (this.#requested) queueMicrotask(() => this.#accept());
    return true;
  }

  #accept(): void {
    const key = /^sec-websocket-key: *(\S+)/im.exec(this.#request)?.[1];
    const accept = createHash("sha1").update(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest("base64");
    this.deliver(
      new TextEncoder().encode(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
          `Sec-WebSocket-Accept: ${accept}\r\n\r\n`,
      ),
    );
  }

  destroy(): void {
    queueMicrotask(() => this.#sink?.onClose());
  }

  resume(): void {}
  pause(): void {}
  shutdown(): void {}
  setKeepsProcessAlive(): void {}
}
