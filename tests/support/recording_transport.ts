import type { ByteStream, ByteStreamSink } from "../../src/transport/transport.ts";
import { concat } from "./frames.ts";

/** A byte stream without a system behind it: it writes down what is asked of it, and does what a test says. */
export class RecordingStream implements ByteStream {
  /** The bytes of each write, as they were then. */
  readonly writes: Uint8Array[] = [];
  /** What was asked for besides: `resume`, `pause`, `shutdown`, `destroy`. */
  readonly calls: string[] = [];
  /** How many bytes the next writes take at once; the rest is lent until {@linkcode RecordingStream.take}. */
  room: number;
  sink!: ByteStreamSink;
  readonly socket: unknown = undefined;
  #lent: Uint8Array | undefined;
  /** What the lent memory held when it was lent. */
  #snapshot: Uint8Array | undefined;

  constructor({ room = Infinity }: { room?: number } = {}) {
    this.room = room;
  }

  get unsent(): number {
    return this.#lent?.length ?? 0;
  }

  /** All bytes written so far. */
  get written(): Uint8Array {
    return concat(...this.writes);
  }

  attach(sink: ByteStreamSink): void {
    this.sink = sink;
  }

  resume(): void {
    this.calls.push("resume");
  }

  pause(): void {
    this.calls.push("pause");
  }

  write(bytes: Uint8Array, start: number, end: number): boolean {
    if (this.calls.includes("destroy")) return true;
    if (this.#lent !== undefined) throw new Error("write: something is still lent");
    this.writes.push(bytes.slice(start, end));
    const taken = Math.min(this.room, end - start);
    this.room -= taken;
    if (taken === end - start) return true;
    this.#lent = bytes.subarray(start + taken, end);
    this.#snapshot = this.#lent.slice();
    return false;
  }

  /** The system takes so many of the lent bytes; with the last of them, `onWritable`. */
  take(count: number): void {
    if (this.#lent === undefined) throw new Error("take: nothing is lent");
    if (this.#lent.some((byte, index) => byte !== this.#snapshot![index])) {
      throw new Error("take: lent memory was changed");
    }
    this.#lent = this.#lent.subarray(count);
    this.#snapshot = this.#snapshot!.subarray(count);
    if (this.#lent.length > 0) return;
    this.#lent = this.#snapshot = undefined;
    this.sink.onWritable();
  }

  shutdown(): void {
    this.calls.push("shutdown");
  }

  destroy(): void {
    if (!this.calls.includes("destroy")) queueMicrotask(() => this.sink?.onClose());
    this.calls.push("destroy");
  }

  setKeepsProcessAlive(): void {}
}
