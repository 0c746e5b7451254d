/**
 * How a channel lies in shared memory: control words, then the ring's bytes.
 *
 * Positions are byte counts modulo 2^32, always multiples of 8. `used = tail - head` holds across the wrap
 * because a ring has at most 2^30 bytes. The tail's lowest bit says "closed": publishing is a
 * compare-exchange on the tail, so it cannot succeed after the channel was closed, and a reader that finds
 * `head = tail` with that bit set knows that nothing will ever follow.
 *
 * A record lies in one part when the bytes up to the ring's end (and the free room) allow it, otherwise in
 * several. Each part has a header of two words, and is padded to a multiple of 8 bytes:
 *
 * ```
 * | payload length | kind (8 bits), flags | payload … |
 * ```
 *
 * The payload of a first part that is not the last begins with the record's total length (u32, padded to 8).
 * A part that continues nothing is skipped: that is how a record ends whose reader went away, and it is
 * the filler where the ring's end leaves no room for a first part.
 *
 * @module
 */

// Two cache lines per group: processors fetch lines in pairs.
const GROUP = 32;

/** Index of the word that says that this memory is a channel, and of which layout. */
export const MAGIC = 0;
/** Index of the word that holds the ring's length in bytes. */
export const CAPACITY = 1;
/** Index of the count of open senders. */
export const SENDERS = 2;
/** Index of the count of open receivers. */
export const RECEIVERS = 3;
/** Index of the position up to which records are published, with {@linkcode CLOSED}. */
export const TAIL = GROUP;
/** Index of the position up to which records have been taken. */
export const HEAD = 2 * GROUP;
/** Index of the lock of the writing side. */
export const SEND_LOCK = 3 * GROUP;
/** Index of the lock of the reading side. */
export const RECEIVE_LOCK = 4 * GROUP;
/** Index of the word that says which writer held the lock last. */
export const LAST_WRITER = SEND_LOCK + 1;
/** Index of the word that says which reader held the lock last. */
export const LAST_READER = RECEIVE_LOCK + 1;
/** Index of the counter that numbers writers and readers. */
export const NEXT_ID = 4;
/** Index of the word that the thread of a connection counts up, to show that it is alive. */
export const PULSE = 5;
/** Index of the wake word of senders that wait for room. Written only by those who wait, as the next three. */
export const ROOM_WAKE = 5 * GROUP;
/** Index of the wake word of senders that wait for the lock. */
export const SEND_LOCK_WAKE = 5 * GROUP + 1;
/** Index of the wake word of receivers that wait for a record. */
export const DATA_WAKE = 5 * GROUP + 2;
/** Index of the wake word of receivers that wait for the lock. */
export const RECEIVE_LOCK_WAKE = 5 * GROUP + 3;
/** Index of a word that never changes, to sleep on. */
export const SLEEP = 5 * GROUP + 4;

/** Where the ring begins, in bytes. */
export const RING_OFFSET = 6 * GROUP * 4;

/** The value of the word at {@linkcode MAGIC}: "s9c" and the layout's version. */
export const MAGIC_VALUE = 0x73_39_63_01;

/** The flag in the tail of a closed channel. */
export const CLOSED = 1;
/** What is not a flag in a tail. */
export const POSITION = ~7;

/** Bytes in front of each part. */
export const PART_HEADER = 8;
/** Bytes of the total length in a first part that is not the last. */
export const TOTAL_LENGTH = 8;
/** Flag: the part begins a record. */
export const FIRST = 0x100;
/** Flag: the part ends a record. */
export const LAST = 0x200;
/** Flag: the record that was begun is taken back. */
export const CANCELLED = 0x400;
/** What is not a flag in a part's second word. */
export const KIND = 0xff;

/** The smallest ring. */
export const MIN_CAPACITY = 128;
/** The largest ring. */
export const MAX_CAPACITY = 2 ** 30;

/** The room that `length` bytes take, padding included. */
export function padded(length: number): number {
  // Not `& ~7`: a record can be longer than 2^31 bytes.
  return length + (-length & 7);
}
