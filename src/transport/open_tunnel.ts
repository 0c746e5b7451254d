import type { ByteStream, ByteStreamSink } from "./transport.ts";
import { reasonToGiveUp, type TunnelHandshake } from "../proxy/tunnel.ts";

/**
 * Says to a proxy what is to be said. Resolves, with the stream paused, to what came behind the proxy's answer, which
 * is the target's. Rejects with the stream destroyed: with what the handshake says, or with the signal's reason.
 */
export function openTunnel(
  stream: ByteStream,
  handshake: TunnelHandshake,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const talk = new Talk(stream, handshake);
  const abort = () => talk.giveUp(signal.reason);
  signal.addEventListener("abort", abort);
  if (signal.aborted) abort();
  else talk.start();
  return talk.leftover.finally(() => signal.removeEventListener("abort", abort));
}

class Talk implements ByteStreamSink {
  readonly #stream: ByteStream;
  readonly #handshake: TunnelHandshake;
  readonly #outcome: PromiseWithResolvers<Uint8Array> = Promise.withResolvers();
  #leftover: Uint8Array | undefined;
  #waiting: Uint8Array[] = [];
  #lent = false;
  #over = false;

  constructor(stream: ByteStream, handshake: TunnelHandshake) {
    this.#stream = stream;
    this.#handshake = handshake;
  }

  get leftover(): Promise<Uint8Array> {
    return this.#outcome.promise;
  }

  start(): void {
    this.#stream.attach(this);
    this.#goOn();
    this.#stream.resume();
  }

  giveUp(reason: unknown): void {
    this.#fail(reasonToGiveUp(this.#handshake, reason));
  }

  onData(bytes: Uint8Array): void {
    if (this.#over) return;
    try {
      const taken = this.#handshake.receive(bytes);
      if (this.#handshake.done) {
        this.#stream.pause();
        this.#leftover = bytes.slice(taken);
      }
      this.#goOn();
    } catch (error) {
      this.#fail(error);
    }
  }

  onWritable(): void {
    this.#lent = false;
    this.#goOn();
  }

  onEnd(): void {
    this.#fail(this.#handshake.ended());
  }

  onClose(error?: unknown): void {
    this.#fail(this.#handshake.ended(error));
  }

  /** A proxy may answer before it was asked, and nothing else may be written while something is lent. */
  #goOn(): void {
    if (this.#over) return;
    const output = this.#handshake.takeOutput();
    if (output.length > 0) this.#waiting.push(output);
    while (!this.#lent && this.#waiting.length > 0) {
      const bytes = this.#waiting.shift()!;
      this.#lent = !this.#stream.write(bytes, 0, bytes.length);
    }
    if (this.#lent || this.#leftover === undefined) return;
    this.#over = true;
    this.#outcome.resolve(this.#leftover);
  }

  #fail(error: unknown): void {
    if (this.#over) return;
    this.#over = true;
    this.#stream.destroy();
    this.#outcome.reject(error);
  }
}
