import { checked, makeNonBlocking } from "./descriptor.ts";
import { type NativeBuffer, nativeBuffer } from "./native_buffer.ts";
import { libc } from "./libc.ts";

/** How another thread wakes a {@linkcode WakeUp}: can be posted to it. */
export interface WakeUpHandle {
  readonly fd: number;
}

/** Wakes a thread that sleeps in {@linkcode PolledStream.wait}. It belongs to that thread: a pipe. */
export class WakeUp {
  /** Readable when woken. */
  readonly fd: number;
  /** Wakes from any thread of this process, for as long as this is open: {@linkcode wake}. */
  readonly handle: WakeUpHandle;
  #open = true;
  readonly #rest: NativeBuffer = nativeBuffer(new Uint8Array(new ArrayBuffer(64)));

  /** Opens it. */
  constructor() {
    const ends = new Int32Array(new ArrayBuffer(8));
    checked("pipe", libc().pipe(new Uint8Array(ends.buffer)));
    [this.fd] = ends;
    this.handle = { fd: ends[1] };
    try {
      ends.forEach(makeNonBlocking);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Forgets the calls of {@linkcode wake} so far. */
  reset(): void {
    if (!this.#open) return;
    const { read } = libc();
    const room = this.#rest.bytes.length;
    while (read(this.fd, this.#rest.pointer, room) === room);
  }

  /** Closes it. No thread may use the handle any more. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    libc().close(this.fd);
    libc().close(this.handle.fd);
  }
}

const one = new Uint8Array(new ArrayBuffer(1));

/** Wakes the thread that sleeps, or its next sleep. */
export function wake({ fd }: WakeUpHandle): void {
  // A pipe that is full wakes as well.
  libc().write(fd, one, 1);
}
