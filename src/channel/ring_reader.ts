import type { Codec } from "./codec.ts";
import {
  CANCELLED,
  CLOSED,
  FIRST,
  HEAD,
  KIND,
  LAST,
  LAST_READER,
  padded,
  PART_HEADER,
  POSITION,
  TAIL,
  TOTAL_LENGTH,
} from "./layout.ts";
import { Memory } from "./memory.ts";
import type { Ring } from "./ring.ts";
import type { Status } from "./status.ts";
import { BLOCKED, BUSY, DONE, ENDED } from "./status.ts";

/**
 * Senders that wait for room are woken when there are so many bytes of it, or a quarter of the ring: to wake one for
 * every record that is read costs more than to read it. Who needs more waits on; an empty ring has enough for anybody;
 * and less than this is found by who waits for it, a little later.
 */
const ENOUGH_ROOM = 64 * 1024;

/** A record in several parts, as far as it has been read. */
interface Assembly {
  readonly memory: Memory;
  filled: number;
}

/** Reads records out of a ring. None of its methods waits: each answers what came of one attempt. */
export class RingReader<T> {
  readonly #ring: Ring;
  readonly #codec: Codec<T>;
  readonly #control: Int32Array;
  readonly #words: Int32Array;
  readonly #mask: number;
  readonly #id: number;
  readonly #enoughRoom: number;
  // The writers' position as last seen: their cache line is asked for only when all until there is read.
  #tail: number;
  #assembly: Assembly | undefined;
  #item: T | undefined;

  constructor(ring: Ring, codec: Codec<T>) {
    this.#ring = ring;
    this.#codec = codec;
    this.#control = ring.control;
    this.#words = ring.words;
    this.#mask = ring.capacity - 1;
    this.#id = ring.nextId();
    this.#enoughRoom = Math.min(ENOUGH_ROOM, ring.capacity / 4);
    this.#tail = ring.head;
  }

  /** Reads the next record. After `DONE`, {@linkcode RingReader.take} it. */
  tryRead(): Status {
    const lock = this.#ring.receiveLock;
    if (this.#assembly !== undefined) {
      lock.resume();
    } else {
      if (Atomics.load(this.#control, HEAD) === this.#tail) {
        const tail = Atomics.load(this.#control, TAIL);
        if ((tail & POSITION) === this.#tail) return (tail & CLOSED) !== 0 ? ENDED : BLOCKED;
      }
      if (!lock.tryTake()) return BUSY;
    }
    try {
      return this.#readParts();
    } finally {
      if (this.#assembly !== undefined) lock.park();
      else lock.give();
      this.#announceRoom();
    }
  }

  /** The item that was read. */
  take(): T {
    const item = this.#item as T;
    this.#item = undefined;
    return item;
  }

  /** Gives up a record that has been read in part; nobody else gets it. */
  abandon(): void {
    if (this.#assembly === undefined) return;
    this.#assembly = undefined;
    this.#ring.receiveLock.give();
  }

  /** Reads up to the end of a record, or of what is there. The lock is held. */
  #readParts(): Status {
    for (;;) {
      const head = Atomics.load(this.#control, HEAD);
      if (!this.#isAhead(head)) {
        const tail = Atomics.load(this.#control, TAIL);
        this.#tail = tail & POSITION;
        if (this.#tail === head) {
          if ((tail & CLOSED) === 0) return BLOCKED;
          // Nobody can publish the rest any more.
          this.#assembly = undefined;
          return ENDED;
        }
      }
      const at = head & this.#mask;
      const index = at >>> 2;
      const length = this.#words[index];
      const info = this.#words[index + 1];
      const start = at + PART_HEADER;
      const isDone = this.#readPart(info, start, start + length, head);
      if (isDone) return DONE;
      // A sender may be waiting to write the next part.
      this.#announceRoom();
    }
  }

  /** Reads one part and moves on behind it. Answers whether it ended a record. */
  #readPart(info: number, start: number, end: number, head: number): boolean {
    try {
      if ((info & (FIRST | LAST)) === (FIRST | LAST)) {
        this.#item = this.#codec.decode(info & KIND, this.#ring.memory, start, end);
        return true;
      }
      if ((info & FIRST) !== 0) {
        this.#assembly = { memory: Memory.allocate(this.#words[start >>> 2] >>> 0), filled: 0 };
        this.#append(start + TOTAL_LENGTH, end);
        return false;
      }
      const assembly = this.#assembly;
      if (assembly === undefined) return false;
      if ((info & CANCELLED) !== 0) {
        this.#assembly = undefined;
        return false;
      }
      this.#append(start, end);
      if ((info & LAST) === 0) return false;
      this.#assembly = undefined;
      this.#item = this.#codec.decode(info & KIND, assembly.memory, 0, assembly.filled);
      return true;
    } finally {
      // Even when decoding throws: the next attempt must not meet the same record.
      Atomics.store(this.#control, HEAD, (head + PART_HEADER + padded(end - start)) | 0);
    }
  }

  /** The tail is asked for only when somebody waits, and so does not write it. */
  #announceRoom(): void {
    const { room, capacity } = this.#ring;
    if (room.isArmed && capacity - this.#ring.used >= this.#enoughRoom) room.wake();
  }

  #append(start: number, end: number): void {
    const assembly = this.#assembly!;
    assembly.memory.bytes.set(this.#ring.memory.bytes.subarray(start, end), assembly.filled);
    assembly.filled += end - start;
  }

  /** Whether the last look at the tail is still good, and ahead of `head`. */
  #isAhead(head: number): boolean {
    if (this.#control[LAST_READER] === this.#id) return this.#tail !== head;
    // Since others read, the last look may be any number of turns of the 32-bit positions old.
    this.#control[LAST_READER] = this.#id;
    return false;
  }
}
