import { WebSocketError } from "../core/errors.ts";
import {
  CAPACITY,
  CLOSED,
  DATA_WAKE,
  HEAD,
  MAGIC,
  MAGIC_VALUE,
  MAX_CAPACITY,
  MIN_CAPACITY,
  NEXT_ID,
  POSITION,
  PULSE,
  RECEIVE_LOCK,
  RECEIVE_LOCK_WAKE,
  RING_OFFSET,
  ROOM_WAKE,
  SEND_LOCK,
  SEND_LOCK_WAKE,
  TAIL,
} from "./layout.ts";
import { Lock } from "./lock.ts";
import { Memory } from "./memory.ts";
import { Pulse } from "./pulse.ts";
import { allocateShared } from "./shared_memory.ts";
import { WakeWord } from "./wake_word.ts";

/** One thread's view of a bounded ring of records in shared memory. The layout is told in `layout.ts`. */
export class Ring {
  /** The memory to hand to other threads. */
  readonly shared: SharedArrayBuffer;
  /** The control words. */
  readonly control: Int32Array;
  /** The ring's bytes, at the offsets that positions have modulo the capacity. */
  readonly memory: Memory;
  /** The ring's bytes as words, for the headers of parts. */
  readonly words: Int32Array;
  /** Length of the ring in bytes, a power of two. */
  readonly capacity: number;
  /** Held by the sender that writes. */
  readonly sendLock: Lock;
  /** Held by the receiver that reads. */
  readonly receiveLock: Lock;
  /** What senders sleep on when there is no room. */
  readonly room: WakeWord;
  /** What receivers sleep on when there is nothing to read. */
  readonly data: WakeWord;
  /** The life of the thread that hosts a connection, where the channel is one of a connection. */
  readonly pulse: Pulse;

  private constructor(shared: SharedArrayBuffer) {
    this.shared = shared;
    this.control = new Int32Array(shared, 0, RING_OFFSET / 4);
    this.capacity = this.control[CAPACITY];
    this.memory = Memory.over(new Uint8Array(shared, RING_OFFSET, this.capacity));
    this.words = new Int32Array(shared, RING_OFFSET, this.capacity / 4);
    this.sendLock = new Lock(this.control, SEND_LOCK, SEND_LOCK_WAKE);
    this.receiveLock = new Lock(this.control, RECEIVE_LOCK, RECEIVE_LOCK_WAKE);
    this.room = new WakeWord(this.control, ROOM_WAKE);
    this.data = new WakeWord(this.control, DATA_WAKE);
    this.pulse = new Pulse(this.control, PULSE);
  }

  /** Makes a ring of at least `capacity` bytes: the next power of two. */
  static create(capacity: number): Ring {
    if (!(capacity >= 1 && capacity <= MAX_CAPACITY)) {
      throw new WebSocketError(
        "InvalidConfiguration",
        `channel capacity must be from 1 to ${MAX_CAPACITY} bytes: ${capacity}`,
      );
    }
    let rounded = MIN_CAPACITY;
    while (rounded < capacity) rounded *= 2;
    const shared = allocateShared(RING_OFFSET + rounded);
    const control = new Int32Array(shared, 0, RING_OFFSET / 4);
    control[MAGIC] = MAGIC_VALUE;
    control[CAPACITY] = rounded;
    return new Ring(shared);
  }

  /** Opens a ring that another thread has made. */
  static open(shared: SharedArrayBuffer): Ring {
    const isRing = shared instanceof SharedArrayBuffer && shared.byteLength > RING_OFFSET &&
      new Int32Array(shared, 0, 1)[MAGIC] === MAGIC_VALUE;
    if (!isRing) {
      throw new WebSocketError("InvalidConfiguration", "channel handle: not the memory of a channel");
    }
    return new Ring(shared);
  }

  /** A number for a writer or reader, unique in the ring. */
  nextId(): number {
    return Atomics.add(this.control, NEXT_ID, 1) + 1;
  }

  /** Position up to which records are published, without flags. */
  get tail(): number {
    return Atomics.load(this.control, TAIL) & POSITION;
  }

  /** Position up to which records have been taken. */
  get head(): number {
    return Atomics.load(this.control, HEAD);
  }

  /** Bytes published and not yet taken. */
  get used(): number {
    const head = this.head; // first: a tail read later is never behind it
    return (this.tail - head) | 0;
  }

  /** Whether nothing can be published any more. */
  get isClosed(): boolean {
    return (Atomics.load(this.control, TAIL) & CLOSED) !== 0;
  }

  /** Nothing is published from now on; what was published can still be read. Wakes everybody. */
  close(): void {
    Atomics.or(this.control, TAIL, CLOSED);
    this.room.wake();
    this.data.wake();
    this.sendLock.released.wake();
    this.receiveLock.released.wake();
  }
}
