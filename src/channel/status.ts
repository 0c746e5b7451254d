/** The record went through. */
export const DONE = 0;
/** Another thread is at work on this side of the ring. */
export const BUSY = 1;
/** Nothing to read, or no room to write. */
export const BLOCKED = 2;
/** Closed; for a reader: and drained. */
export const ENDED = 3;

/** How one attempt to move a record ended. {@linkcode BUSY} and {@linkcode BLOCKED} are worth another. */
export type Status = typeof DONE | typeof BUSY | typeof BLOCKED | typeof ENDED;
