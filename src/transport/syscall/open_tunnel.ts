import { reasonToGiveUp, type TunnelHandshake } from "../../proxy/tunnel.ts";
import { type NativeBuffer, nativeBuffer } from "./native_buffer.ts";
import { OpenSslError } from "./openssl_error.ts";
import type { PolledContext } from "./polled_context.ts";
import { END, type PolledStream, WOULD_BLOCK } from "./polled_stream.ts";
import type { Steps } from "./steps.ts";
import { SystemError } from "./system_error.ts";

/**
 * Says to a proxy what is to be said. Answers what came behind the proxy's answer, which is the target's. Throws what
 * the handshake says, or the context's error; the stream stays open.
 */
export function* openTunnel(
  stream: PolledStream,
  handshake: TunnelHandshake,
  context: PolledContext,
): Steps<Uint8Array> {
  const talk = new Talk(stream, handshake);
  for (;;) {
    const moved = talk.advance();
    if (talk.leftover !== undefined) return talk.leftover;
    if (performance.now() >= context.deadline) throw handshake.abandon() ?? context.expired("proxy");
    if (moved) continue;
    try {
      yield { until: context.deadline, wait: (timeoutMs) => stream.wait(timeoutMs, talk.hasOutput) };
    } catch (reason) {
      throw reasonToGiveUp(handshake, reason);
    }
  }
}

/** Not the buffer that messages are in: a callback may be looking at one while another connection opens. */
let memory: NativeBuffer | undefined;

class Talk {
  readonly #stream: PolledStream;
  readonly #handshake: TunnelHandshake;
  #output: Uint8Array;
  #leftover: Uint8Array | undefined;

  constructor(stream: PolledStream, handshake: TunnelHandshake) {
    this.#stream = stream;
    this.#handshake = handshake;
    this.#output = handshake.takeOutput();
  }

  /** What came behind the proxy's answer, once all is said. */
  get leftover(): Uint8Array | undefined {
    return this.hasOutput ? undefined : this.#leftover;
  }

  get hasOutput(): boolean {
    return this.#output.length > 0;
  }

  /** Writes and reads once. Answers whether anything was done. */
  advance(): boolean {
    try {
      const written = this.#stream.write(this.#output, 0, this.#output.length);
      this.#output = this.#output.subarray(written);
      return (this.#leftover === undefined && this.#read()) || written > 0;
    } catch (error) {
      const isGone = error instanceof SystemError || error instanceof OpenSslError;
      throw isGone ? this.#handshake.ended(error) : error;
    }
  }

  #read(): boolean {
    const into = memory ??= nativeBuffer(new Uint8Array(new ArrayBuffer(16 * 1024)));
    const count = this.#stream.read(into);
    if (count === WOULD_BLOCK) return false;
    if (count === END) throw this.#handshake.ended();
    const bytes = into.bytes.subarray(0, count);
    const taken = this.#handshake.receive(bytes);
    this.#output = Uint8Array.of(...this.#output, ...this.#handshake.takeOutput());
    if (this.#handshake.done) this.#leftover = bytes.slice(taken);
    return true;
  }
}
