import type { Codec } from "./codec.ts";
import type { ReceiverHandle } from "./handle.ts";
import { codecOf } from "./handle.ts";
import { ItemIterator } from "./item_iterator.ts";
import { RECEIVERS } from "./layout.ts";
import type { Pulse } from "./pulse.ts";
import { Ring } from "./ring.ts";
import { RingReader } from "./ring_reader.ts";
import type { Status } from "./status.ts";
import { DONE, ENDED } from "./status.ts";
import { Turns } from "./turns.ts";
import type { WaitingOptions } from "./waiting.ts";
import { Waiting } from "./waiting.ts";

/** How to open an end of a channel in this thread. */
export interface ChannelEndOptions<T> extends WaitingOptions {
  /** @internal The codec of the channel's items; the channels of a client need none. */
  readonly codec?: Codec<T>;
  /** @internal For a sender: called after each write, of a part of a message too. */
  readonly onWrite?: () => void;
}

/**
 * The receiving end of a bounded channel between threads.
 *
 * Receiving has three outcomes, and none of them is an exception:
 *
 * - an item;
 * - `undefined`: nothing yet (the timeout passed, or `tryReceive` found nothing);
 * - `null`: closed and drained; no item will ever follow.
 *
 * Several receivers, in any threads, share the items: each goes to exactly one, in the order it was sent.
 * What was sent before the channel was closed can still be received.
 *
 * @example
 * ```ts
 * import { AsyncClient } from "@silver9/websocket";
 *
 * const client = await AsyncClient.connect("wss://example.com/feed");
 * client.run();
 * client.control.sendText("hello");
 * for await (const event of client.events) {
 *   console.log(event.type);
 *   if (event.type === "text") client.control.close();
 * }
 * ```
 */
export class Receiver<T> implements AsyncIterable<T>, Disposable {
  readonly #ring: Ring;
  readonly #codec: Codec<T>;
  readonly #reader: RingReader<T>;
  readonly #waiting: Waiting;
  readonly #turns = new Turns();
  #last: Promise<unknown> | undefined;
  #isReleased = false;

  private constructor(ring: Ring, codec: Codec<T>, options: WaitingOptions) {
    this.#ring = ring;
    this.#codec = codec;
    this.#waiting = new Waiting(ring, "receiver", options);
    this.#reader = new RingReader(ring, codec);
    Atomics.add(ring.control, RECEIVERS, 1);
  }

  /**
   * Opens a receiver of the same channel, in whatever thread the handle has come to.
   *
   * Throws `InvalidConfiguration` for a handle that is none, or of a codec that is not known here.
   */
  static from<T>(handle: ReceiverHandle<T>, options: ChannelEndOptions<T> = {}): Receiver<T> {
    return new Receiver(Ring.open(handle.memory), codecOf(handle, options.codec), options);
  }

  /** What to send to another thread, for {@linkcode Receiver.from}. Keep this end open until it has arrived. */
  handle(): ReceiverHandle<T> {
    return { end: "receiver", memory: this.#ring.shared, codec: this.#codec.name };
  }

  /** @internal The pulse of the thread that hosts a connection. */
  get pulse(): Pulse {
    return this.#ring.pulse;
  }

  /** Whether nothing can be sent any more. Items may still be there. */
  get isClosed(): boolean {
    return this.#ring.isClosed;
  }

  /** The next item if there is one now, else `undefined`; `null` when closed and drained. */
  tryReceive(): T | undefined | null {
    return this.#outcome(this.#attempt());
  }

  /**
   * Blocks this thread until there is an item. `undefined` when `timeout` milliseconds have passed (default:
   * no limit), `null` when closed and drained.
   *
   * Throws `Timeout` when another thread was terminated in the middle of a message.
   */
  receiveSync(timeout: number = Infinity): T | undefined | null {
    const status = this.#attempt();
    if (status === DONE) return this.#reader.take();
    return this.#outcome(status === ENDED ? ENDED : this.#waiting.wait(() => this.#attempt(), timeout));
  }

  /**
   * Waits for the next item; `null` when closed and drained. Calls are served in order. A pending call keeps
   * the process alive.
   *
   * Rejects with `Timeout` when another thread was terminated in the middle of a message.
   */
  receive(): Promise<T | null> {
    return this.#receive(asItem);
  }

  /** The items until the channel is closed and drained. Leaving the loop leaves the channel as it is. */
  [Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    return new ItemIterator(() => this.#receive(asResult));
  }

  /** Closes the channel for every thread: sends are refused, what was sent can still be received. */
  closeChannel(): void {
    this.#ring.close();
  }

  /** Lets go of this end: it receives nothing more. The last receiver to go closes the channel. */
  release(): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    this.#reader.abandon();
    if (Atomics.sub(this.#ring.control, RECEIVERS, 1) === 1) this.#ring.close();
    // For the calls of `receive` that are pending on this end.
    this.#waiting.wakeSide();
  }

  /** {@linkcode Receiver.release}. */
  [Symbol.dispose](): void {
    this.release();
  }

  /** `wrap` makes of an item what the promise resolves with. */
  #receive<R>(wrap: (item: T | null) => R): Promise<R> {
    if (this.#last === undefined) {
      // Nothing may throw past this point but into the promise.
      try {
        const status = this.#attempt();
        if (status === DONE) return this.#turns.resolve(wrap(this.#reader.take()));
        if (status === ENDED) return Promise.resolve(wrap(null));
      } catch (error) {
        return Promise.reject(error);
      }
    }
    return this.#receiveInOrder(wrap);
  }

  async #receiveInOrder<R>(wrap: (item: T | null) => R): Promise<R> {
    const before = this.#last;
    let resolve!: () => void;
    const promise = new Promise<void>((settle) => resolve = settle);
    this.#last = promise;
    try {
      await before;
      this.#turns.reset();
      // The item is taken in the attempt: another call may attempt before this one goes on.
      let item: T | null = null;
      await this.#waiting.waitAsync(() => {
        const status = this.#attempt();
        if (status === DONE) item = this.#reader.take();
        return status;
      });
      return wrap(item);
    } finally {
      if (this.#last === promise) this.#last = undefined;
      resolve();
    }
  }

  #attempt(): Status {
    return this.#isReleased ? ENDED : this.#reader.tryRead();
  }

  #outcome(status: Status): T | undefined | null {
    if (status === DONE) return this.#reader.take();
    return status === ENDED ? null : undefined;
  }
}

function asItem<T>(item: T | null): T | null {
  return item;
}

function asResult<T>(item: T | null): IteratorResult<T, void> {
  return item === null ? { done: true, value: undefined } : { done: false, value: item };
}
