import type { Codec, EncodedRecord } from "./codec.ts";
import { encodeRecord } from "./codec.ts";
import {
  CANCELLED,
  CLOSED,
  FIRST,
  HEAD,
  LAST,
  LAST_READER,
  LAST_WRITER,
  padded,
  PART_HEADER,
  TAIL,
  TOTAL_LENGTH,
} from "./layout.ts";
import type { Ring } from "./ring.ts";
import type { Status } from "./status.ts";
import { BLOCKED, BUSY, DONE, ENDED } from "./status.ts";

const NOT_STREAMING = -1;
/** Readers are numbered from 1. */
const NOBODY = 0;
/**
 * An empty ring is begun anew when a write would pass a multiple of so many bytes: pages that were never written to
 * cost no memory, and those just used are still in the processor's cache. A power of two.
 */
const STRETCH = 256 * 1024;
/** Bytes posted in a row after which readers that sleep are woken: they shall work while the rest is written. */
const MUCH = 8 * 1024;

/** Writes records into a ring. None of its methods waits: each answers what came of one attempt. */
export class RingWriter {
  readonly #ring: Ring;
  readonly #control: Int32Array;
  readonly #words: Int32Array;
  readonly #capacity: number;
  readonly #id: number;
  // Streaming waits for this much room, so that a slow reader doesn't make for parts of a few bytes.
  readonly #minPart: number;
  readonly #onWrite: (() => void) | undefined;
  // The reader's position as last seen; its cache line is asked for only when this leaves no room.
  #head = 0;
  #streamed = NOT_STREAMING;
  /** Whether records are being posted, and the first of them has been announced. */
  #posting = false;
  /** Bytes posted that readers have not been woken for. */
  #unannounced = 0;

  /** `onWrite` is called whenever readers are woken. */
  constructor(ring: Ring, onWrite?: () => void) {
    this.#ring = ring;
    this.#onWrite = onWrite;
    this.#control = ring.control;
    this.#words = ring.words;
    this.#capacity = ring.capacity;
    this.#id = ring.nextId();
    this.#minPart = ring.capacity / 4;
  }

  /** Whether a record has been begun and neither finished nor cancelled. */
  get isStreaming(): boolean {
    return this.#streamed !== NOT_STREAMING;
  }

  /** Encodes `item` into the ring: whole, or not at all. */
  tryEncode<T>(codec: Codec<T>, item: T): Status {
    const length = codec.byteLength(item);
    const size = PART_HEADER + padded(length);
    const ring = this.#ring;
    if (!ring.sendLock.tryTake()) return ring.isClosed ? ENDED : BUSY;
    let status: Status;
    try {
      const tail = this.#tailFor(size);
      const at = tail & (this.#capacity - 1);
      if ((tail & CLOSED) !== 0) {
        status = ENDED;
      } else if (at + size > this.#capacity) {
        status = this.#canSplit(tail, size) ? this.#writeParts(encodeRecord(codec, item)) : BLOCKED;
      } else if (this.#room(tail, size) < size) {
        status = BLOCKED;
      } else {
        const start = at + PART_HEADER;
        codec.encode(item, ring.memory, start, start + length);
        this.#putHeader(at, length, codec.kind(item) | FIRST | LAST);
        status = this.#publish(tail, size) ? DONE : ENDED;
      }
    } finally {
      ring.sendLock.give();
    }
    if (status === DONE) this.#announce();
    return status;
  }

  /** Copies a record into the ring: whole, or not at all. */
  tryWrite(record: EncodedRecord): Status {
    const status = this.#tryWrite(record);
    if (status === DONE) this.#announce();
    return status;
  }

  /**
   * As {@linkcode RingWriter.tryWrite}, for one of many records in a row: who polls sees each at once, who sleeps is woken
   * by the first, when much has been posted, when there is no room, and by {@linkcode RingWriter.announce}, which must
   * follow the last.
   */
  tryPost(record: EncodedRecord): Status {
    const status = this.#tryWrite(record);
    const isFirst = !this.#posting;
    this.#posting = true;
    this.#unannounced += PART_HEADER + record.end - record.start;
    if (isFirst || status !== DONE || this.#unannounced >= MUCH) this.#announce();
    return status;
  }

  /** Ends a row of posted records: readers are woken for those that they have not been woken for. */
  announce(): void {
    this.#posting = false;
    if (this.#unannounced > 0) this.#announce();
  }

  #tryWrite(record: EncodedRecord): Status {
    const { kind, bytes, start, end } = record;
    const size = PART_HEADER + padded(end - start);
    const ring = this.#ring;
    if (!ring.sendLock.tryTake()) return ring.isClosed ? ENDED : BUSY;
    const tail = this.#tailFor(size);
    const at = tail & (this.#capacity - 1);
    let status: Status;
    if ((tail & CLOSED) !== 0) {
      status = ENDED;
    } else if (at + size > this.#capacity) {
      status = this.#canSplit(tail, size) ? this.#writeParts(record) : BLOCKED;
    } else if (this.#room(tail, size) < size) {
      status = BLOCKED;
    } else {
      ring.memory.bytes.set(bytes.subarray(start, end), at + PART_HEADER);
      this.#putHeader(at, end - start, kind | FIRST | LAST);
      status = this.#publish(tail, size) ? DONE : ENDED;
    }
    ring.sendLock.give();
    return status;
  }

  /**
   * Writes a record of any length. A long one goes in parts as room appears: after `BLOCKED`, call again
   * with the same record, or {@linkcode RingWriter.cancel} it.
   */
  write(record: EncodedRecord): Status {
    const lock = this.#ring.sendLock;
    if (this.isStreaming) {
      lock.resume();
    } else {
      const status = this.tryWrite(record);
      // Short ones wait without the lock: a thread that is terminated in that wait then harms nobody.
      if (status !== BLOCKED || record.end - record.start < this.#minPart) return status;
      if (this.#capacity - this.#ring.used < this.#minPart) return BLOCKED;
      if (!lock.tryTake()) return BUSY;
    }
    const status = this.#writeParts(record);
    if (this.isStreaming) lock.park();
    else lock.give();
    return status;
  }

  /** Takes back a record of which a part has been written. */
  cancel(): void {
    if (!this.isStreaming) return;
    this.#streamed = NOT_STREAMING;
    const lock = this.#ring.sendLock;
    lock.resume();
    const tail = Atomics.load(this.#control, TAIL);
    this.#putHeader(tail & (this.#capacity - 1), 0, CANCELLED);
    this.#publish(tail, PART_HEADER);
    lock.give();
    this.#announce();
  }

  /** Writes what is left of a record, as far as there is room. The lock is held. */
  #writeParts({ kind, bytes, start, end }: EncodedRecord): Status {
    const length = end - start;
    let done = Math.max(this.#streamed, 0);
    do {
      const tail = Atomics.load(this.#control, TAIL);
      if ((tail & CLOSED) !== 0) return this.#endStream(ENDED);
      const at = tail & (this.#capacity - 1);
      const toEnd = this.#capacity - at;
      const isFirst = done === 0;
      const rest = padded(length - done);
      // One header's room stays free, so that a record can be cancelled at any time.
      const enough = Math.min(PART_HEADER + TOTAL_LENGTH + rest, this.#minPart);
      const room = Math.min(this.#room(tail, enough + PART_HEADER) - PART_HEADER, toEnd);
      const isWhole = isFirst && PART_HEADER + rest <= room;
      const overhead = isFirst && !isWhole ? PART_HEADER + TOTAL_LENGTH : PART_HEADER;
      const wanted = overhead + rest;
      if (room < Math.min(wanted, toEnd, this.#minPart)) {
        if (!isFirst) this.#streamed = done;
        return BLOCKED;
      }
      if (isFirst && overhead >= toEnd) {
        // No byte of the record would fit behind the header: a filler, which continues nothing.
        this.#putHeader(at, toEnd - PART_HEADER, 0);
        if (!this.#publish(tail, toEnd)) return this.#endStream(ENDED);
        continue;
      }
      const copied = Math.min(room - overhead, length - done);
      const from = start + done;
      this.#ring.memory.bytes.set(bytes.subarray(from, from + copied), at + overhead);
      if (isFirst && !isWhole) this.#words[(at + PART_HEADER) >>> 2] = length;
      done += copied;
      const payload = overhead - PART_HEADER + copied;
      this.#putHeader(at, payload, kind | (isFirst ? FIRST : 0) | (done === length ? LAST : 0));
      if (!this.#publish(tail, PART_HEADER + padded(payload))) return this.#endStream(ENDED);
      this.#announce();
    } while (done < length);
    return this.#endStream(DONE);
  }

  #endStream(status: Status): Status {
    this.#streamed = NOT_STREAMING;
    return status;
  }

  /** The tail, for a record of `size` bytes: where the ring is empty, perhaps back at its beginning. The lock is held. */
  #tailFor(size: number): number {
    const tail = Atomics.load(this.#control, TAIL);
    const at = tail & (this.#capacity - 1);
    const isWithinStretch = ((at ^ (at + size)) & -STRETCH) === 0;
    if (isWithinStretch || at < size || (tail & CLOSED) !== 0 || this.#ring.head !== tail) return tail;
    return this.#rewind(tail, this.#capacity - at);
  }

  /** Begins an empty ring anew, unless a reader is just looking. Answers the tail. */
  #rewind(tail: number, toEnd: number): number {
    const { receiveLock } = this.#ring;
    if (!receiveLock.tryTake()) return tail;
    if (this.#publish(tail, toEnd)) {
      // Whoever reads next has to look afresh: what it knows of the tail is behind the head now.
      this.#control[LAST_READER] = NOBODY;
      Atomics.store(this.#control, HEAD, (tail + toEnd) | 0);
    }
    receiveLock.give();
    return Atomics.load(this.#control, TAIL);
  }

  /** Whether a record that the ring's end splits has room now. */
  #canSplit(tail: number, size: number): boolean {
    // A filler, a second header, the total length, and the header kept free for cancelling.
    const needed = size + TOTAL_LENGTH + 4 * PART_HEADER;
    return this.#room(tail, needed) >= needed;
  }

  /** The room there is; looks afresh only when less than `needed` was there at the last look. */
  #room(tail: number, needed: number): number {
    if (this.#control[LAST_WRITER] === this.#id) {
      const room = this.#capacity - ((tail - this.#head) | 0);
      if (room >= needed) return room;
    } else {
      // Since others wrote, the last look may be any number of turns of the 32-bit positions old.
      this.#control[LAST_WRITER] = this.#id;
    }
    this.#head = this.#ring.head;
    return this.#capacity - ((tail - this.#head) | 0);
  }

  #announce(): void {
    this.#unannounced = 0;
    this.#ring.data.wake();
    this.#onWrite?.();
  }

  #putHeader(at: number, length: number, info: number): void {
    const index = at >>> 2;
    this.#words[index] = length;
    this.#words[index + 1] = info;
  }

  /** Fails when the channel has been closed meanwhile. */
  #publish(tail: number, bytes: number): boolean {
    return Atomics.compareExchange(this.#control, TAIL, tail, (tail + bytes) | 0) === tail;
  }
}
