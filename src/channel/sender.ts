import { WebSocketError } from "../core/errors.ts";
import type { Codec, EncodedRecord } from "./codec.ts";
import { encodeRecord } from "./codec.ts";
import type { SenderHandle } from "./handle.ts";
import { codecOf } from "./handle.ts";
import { SENDERS } from "./layout.ts";
import type { Pulse } from "./pulse.ts";
import type { ChannelEndOptions } from "./receiver.ts";
import { Ring } from "./ring.ts";
import { RingWriter } from "./ring_writer.ts";
import type { Status } from "./status.ts";
import { BLOCKED, DONE, ENDED } from "./status.ts";
import { Turns } from "./turns.ts";
import { Waiting } from "./waiting.ts";

/** Why a channel has not taken a message: there was no room (in time), or nobody will ever receive it. */
export type RefusalReason = "full" | "closed";

/** What came of sending. A refused message is given back, and no part of it arrives. */
export type SendResult<T> =
  | { readonly sent: true }
  | { readonly sent: false; readonly reason: RefusalReason; readonly message: T };

const SENT: SendResult<never> = Object.freeze({ sent: true });

/** A message that waits on an event loop. */
interface PendingSend {
  readonly record: EncodedRecord;
  readonly resolve: (status: Status) => void;
  readonly reject: (error: unknown) => void;
  isSettled: boolean;
  next: PendingSend | undefined;
}

/**
 * The sending end of a bounded channel between threads.
 *
 * Messages are copied, so what was handed over may be changed as soon as the call returns. Messages of one
 * sender arrive in the order in which they were sent, whichever methods sent them; a message longer than
 * the channel passes as the receiver makes room. After the channel was closed, sends are refused.
 *
 * @example
 * ```ts
 * import { AsyncClient } from "@silver9/websocket";
 *
 * const client = await AsyncClient.connect("wss://example.com/feed");
 * client.run();
 * const result = await client.control.send({ type: "sendText", data: "hello" });
 * if (!result.sent) console.warn(result.reason);
 * ```
 */
export class Sender<T> implements Disposable {
  readonly #ring: Ring;
  readonly #codec: Codec<T>;
  readonly #writer: RingWriter;
  readonly #waiting: Waiting;
  readonly #turns = new Turns();
  // A queue: the sends that could not be done at once.
  #first: PendingSend | undefined;
  #last: PendingSend | undefined;
  #isReleased = false;

  /** Use {@linkcode Sender.from}. */
  protected constructor(ring: Ring, codec: Codec<T>, options: ChannelEndOptions<T>) {
    this.#ring = ring;
    this.#codec = codec;
    this.#waiting = new Waiting(ring, "sender", options);
    this.#writer = new RingWriter(ring, options.onWrite);
    Atomics.add(ring.control, SENDERS, 1);
  }

  /**
   * Opens a sender of the same channel, in whatever thread the handle has come to.
   *
   * Throws `InvalidConfiguration` for a handle that is none, or of a codec that is not known here.
   */
  static from<T>(handle: SenderHandle<T>, options: ChannelEndOptions<T> = {}): Sender<T> {
    return new Sender(Ring.open(handle.memory), codecOf(handle, options.codec), options);
  }

  /** What to send to another thread, for {@linkcode Sender.from}. Keep this end open until it has arrived. */
  handle(): SenderHandle<T> {
    return { end: "sender", memory: this.#ring.shared, codec: this.#codec.name };
  }

  /** @internal The pulse of the thread that hosts a connection. */
  get pulse(): Pulse {
    return this.#ring.pulse;
  }

  /** Whether nothing can be sent any more. */
  get isClosed(): boolean {
    return this.#ring.isClosed;
  }

  /** Sends if there is room now. A message longer than the channel is never sent this way. */
  trySend(message: T): SendResult<T> {
    return this.#result(this.#tryOvertakingNone() ?? this.#writer.tryEncode(this.#codec, message), message);
  }

  /**
   * Blocks this thread until the message has been taken, or until `timeout` milliseconds have passed
   * (default: no limit): then it is refused as `full`.
   *
   * Throws `Timeout` when another thread was terminated in the middle of a message.
   */
  sendSync(message: T, timeout: number = Infinity): SendResult<T> {
    const status = this.#tryOvertakingNone() ?? this.#writer.tryEncode(this.#codec, message);
    if (status === DONE || status === ENDED) return this.#result(status, message);
    return this.#result(this.#sendRecordSync(encodeRecord(this.#codec, message), timeout), message);
  }

  /**
   * Sends as soon as there is room. A pending call keeps the process alive.
   *
   * Rejects with `Timeout` when another thread was terminated in the middle of a message.
   */
  send(message: T): Promise<SendResult<T>> {
    try {
      const status = this.#tryOvertakingNone() ?? this.#writer.tryEncode(this.#codec, message);
      if (status === DONE) return this.#turns.resolve(SENT);
      if (status === ENDED) return Promise.resolve(this.#result(status, message));
      const record = encodeRecord(this.#codec, message);
      return this.#enqueue(record).then((status) => this.#result(status, message));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** {@linkcode Sender.trySend} for a message that is already encoded: no object is made on the way. */
  trySendRecord(record: EncodedRecord): "sent" | RefusalReason {
    return outcome(this.#tryOvertakingNone() ?? this.#writer.tryWrite(record));
  }

  /**
   * @internal {@linkcode Sender.trySendRecord} for one of many: receivers that sleep are woken by
   * {@linkcode Sender.announce}, which must follow.
   */
  postRecord(record: EncodedRecord): "sent" | RefusalReason {
    return outcome(this.#tryOvertakingNone() ?? this.#writer.tryPost(record));
  }

  /** @internal Wakes receivers for what was posted. */
  announce(): void {
    this.#writer.announce();
  }

  /** {@linkcode Sender.sendSync} for a message that is already encoded. */
  sendRecordSync(record: EncodedRecord, timeout: number = Infinity): "sent" | RefusalReason {
    const status = this.#tryOvertakingNone() ?? this.#writer.tryWrite(record);
    return outcome(status === DONE || status === ENDED ? status : this.#sendRecordSync(record, timeout));
  }

  /** {@linkcode Sender.send} for a message that is already encoded; copied if it has to wait. */
  async sendRecord(record: EncodedRecord): Promise<"sent" | RefusalReason> {
    const status = this.#tryOvertakingNone() ?? this.#writer.tryWrite(record);
    if (status === DONE || status === ENDED) return this.#turns.resolve(outcome(status));
    const bytes = record.bytes.slice(record.start, record.end);
    return outcome(await this.#enqueue({ kind: record.kind, bytes, start: 0, end: bytes.length }));
  }

  /**
   * Closes the channel for every thread: sends are refused, what was sent can still be received. A message
   * that is being sent in parts is refused too.
   */
  closeChannel(): void {
    this.#ring.close();
  }

  /**
   * Lets go of this end, once the sends that wait have been done; new ones are refused. The last sender to go
   * closes the channel.
   */
  release(): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    if (this.#first === undefined) this.#leave();
  }

  /** {@linkcode Sender.release}. */
  [Symbol.dispose](): void {
    this.release();
  }

  #leave(): void {
    if (Atomics.sub(this.#ring.control, SENDERS, 1) === 1) this.#ring.close();
  }

  /** Does the sends that wait, as far as there is room now. A status when a new one must not go yet. */
  #tryOvertakingNone(): Status | undefined {
    if (this.#isReleased) return ENDED;
    while (this.#first !== undefined) {
      const status = this.#attempt(this.#first);
      if (status !== DONE && status !== ENDED) return BLOCKED;
      this.#wakePending();
    }
    return undefined;
  }

  #sendRecordSync(record: EncodedRecord, timeout: number): Status {
    checkLength(record);
    const deadline = performance.now() + timeout;
    for (let pending; (pending = this.#first) !== undefined;) {
      const waited = pending;
      const status = this.#waiting.wait(() => this.#attempt(waited), deadline - performance.now());
      if (status !== DONE && status !== ENDED) return status;
      this.#wakePending();
    }
    try {
      return this.#waiting.wait(() => this.#writer.write(record), deadline - performance.now());
    } finally {
      this.#writer.cancel();
    }
  }

  #enqueue(record: EncodedRecord): Promise<Status> {
    checkLength(record);
    return new Promise((resolve, reject) => {
      const pending: PendingSend = { record, resolve, reject, isSettled: false, next: undefined };
      if (this.#last === undefined) {
        this.#first = this.#last = pending;
        this.#sendPending();
      } else {
        this.#last = this.#last.next = pending;
      }
    });
  }

  async #sendPending(): Promise<void> {
    for (let pending; (pending = this.#first) !== undefined;) {
      const waited = pending;
      try {
        await this.#waiting.waitAsync(() => this.#attempt(waited));
      } catch (error) {
        this.#writer.cancel();
        waited.reject(error);
        this.#shift(waited);
      }
    }
    this.#turns.reset();
  }

  /** Attempts the first of the sends that wait. */
  #attempt(pending: PendingSend): Status {
    // Another send may have done it while the event loop slept.
    if (pending.isSettled) return DONE;
    const status = this.#writer.write(pending.record);
    if (status === DONE || status === ENDED) {
      pending.resolve(status);
      this.#shift(pending);
    }
    return status;
  }

  #shift(pending: PendingSend): void {
    if (pending.isSettled) return;
    pending.isSettled = true;
    this.#first = pending.next;
    if (this.#first !== undefined) return;
    this.#last = undefined;
    if (this.#isReleased) this.#leave();
  }

  /** The event loop may be asleep for a send that has just been done for it. */
  #wakePending(): void {
    this.#waiting.wakeSide();
  }

  #result(status: Status, message: T): SendResult<T> {
    if (status === DONE) return SENT;
    return { sent: false, reason: status === ENDED ? "closed" : "full", message };
  }
}

function outcome(status: Status): "sent" | RefusalReason {
  if (status === DONE) return "sent";
  return status === ENDED ? "closed" : "full";
}

function checkLength({ start, end }: EncodedRecord): void {
  if (end - start <= 0xffff_ffff) return;
  throw new WebSocketError("LimitExceeded", `channel: message longer than 4 GiB: ${end - start} bytes`);
}
