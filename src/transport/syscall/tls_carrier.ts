import type { NativeBuffer } from "./native_buffer.ts";
import type { PolledStream } from "./polled_stream.ts";
import type { CipherCarrier } from "./tls_stream.ts";
import type { WakeUp } from "./wake_up.ts";

/** TLS as the way that the cipher text of another TLS takes. */
export class TlsCarrier implements CipherCarrier {
  readonly #below: PolledStream;

  /** Takes the stream over. */
  constructor(below: PolledStream) {
    this.#below = below;
  }

  receive(into: NativeBuffer): number {
    return this.#below.read(into);
  }

  send(bytes: Uint8Array, start: number, end: number): number {
    return this.#below.write(bytes, start, end);
  }

  wait(timeoutMs: number, forWrite: boolean, wakeUp: WakeUp | undefined): boolean {
    return this.#below.wait(timeoutMs, forWrite, wakeUp);
  }

  shutdown(): void {
    this.#below.shutdown();
  }

  close(): void {
    this.#below.close();
  }
}
